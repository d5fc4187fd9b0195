#include "encoding/sent_labels.h"

#include <algorithm>

#include "model/varint.h"

namespace oreum::encoding {

namespace {

using model::Label;

bool well_formed(const std::vector<Label>& labels) {
  return std::all_of(labels.begin(), labels.end(), [](const Label& label) {
    return model::is_valid_utf8(label.name) && model::is_valid_utf8(label.value);
  });
}

}  // namespace

std::string_view encode_sent(std::vector<Label>& labels, std::string& encoded) {
  const auto by_name = [](const Label& a, const Label& b) { return a.name < b.name; };
  if (!std::is_sorted(labels.begin(), labels.end(), by_name)) std::sort(labels.begin(), labels.end(), by_name);
  encoded.clear();
  bool named = false;
  const Label* last = nullptr;
  for (const Label& label : labels) {
    if (label.name.empty()) return "a label without a name";
    if (last != nullptr && last->name == label.name) return "a label name comes twice";
    last = &label;
    if (label.value.empty()) continue;
    named = named || label.name == model::kMetricName;
    model::append_varint(encoded, label.name.size());
    encoded += label.name;
    model::append_varint(encoded, label.value.size());
    encoded += label.value;
  }
  if (!named) return "no metric name (__name__)";
  return well_formed(labels) ? std::string_view() : "a label that is not UTF-8";
}

}  // namespace oreum::encoding
