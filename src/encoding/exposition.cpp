#include "encoding/exposition.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/check.h"
#include "base/number.h"

namespace oreum::encoding {

namespace {

using model::MetricType;

constexpr std::string_view kTotal = "_total";

std::string_view without(std::string_view name, std::string_view suffix) {
  if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name;
}

std::string_view family_name(const ExpositionEntry& entry) {
  const bool histogram = entry.type == MetricType::kHistogram;
  if (!histogram && entry.type != MetricType::kSummary) return entry.name;
  for (const std::string_view suffix : {"_sum", "_count"}) {
    if (const std::string_view base = without(entry.name, suffix); base != entry.name) return base;
  }
  return histogram ? without(entry.name, "_bucket") : entry.name;
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    out += c;
  }
}

void append_labels(std::string& out, const model::Labels& labels) {
  char before = '{';
  for (const model::Label& label : labels) {
    out += before;
    out += label.name;
    out += "=\"";
    append_escaped(out, label.value, true);
    out += '"';
    before = ',';
  }
  if (before == ',') out += '}';
}

void append_line(std::string& out, std::string_view keyword, std::string_view name) {
  out += "# ";
  out += keyword;
  out += ' ';
  out += name;
  out += ' ';
}

using Families = std::map<std::string_view, std::vector<size_t>>;  // family name → its entries

void append_head(std::string& out, ExpositionFormat format, std::string_view family, const ExpositionEntry& first,
                 const Families& all) {
  const bool open_metrics = format == ExpositionFormat::kOpenMetrics;
  std::string_view type = model::type_name(first.type);
  std::string_view name = family;
  if (open_metrics && first.type == MetricType::kCounter) {
    name = without(family, kTotal);
    // Two families of one name are an error there: the counter gives way.
    if (name == family || all.contains(name)) {
      name = family;
      type = "unknown";
    }
  } else if (open_metrics && first.type == MetricType::kUntyped) {
    type = "unknown";
  }
  if (!first.help.empty()) {
    append_line(out, "HELP", name);
    append_escaped(out, first.help, open_metrics);
    out += '\n';
  }
  append_line(out, "TYPE", name);
  out += type;
  out += '\n';
}

}  // namespace

std::string_view content_type(ExpositionFormat format) {
  return format == ExpositionFormat::kText ? "text/plain; version=0.0.4; charset=utf-8"
                                           : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

ExpositionPage::ExpositionPage(ExpositionFormat format, std::span<const ExpositionEntry> entries) {
  Families families;
  for (size_t i = 0; i < entries.size(); ++i) families[family_name(entries[i])].push_back(i);
  slots_.reserve(entries.size());
  for (const auto& [family, members] : families) {
    if (!slots_.empty()) text_ += '\n';  // the end of the last family's last line
    append_head(text_, format, family, entries[members.front()], families);
    for (const size_t i : members) {
      if (i != members.front()) text_ += '\n';
      text_ += entries[i].name;
      if (entries[i].labels != nullptr) append_labels(text_, *entries[i].labels);
      text_ += ' ';
      slots_.push_back({text_.size(), i});
    }
  }
  if (!slots_.empty()) text_ += '\n';
  if (format == ExpositionFormat::kOpenMetrics) text_ += "# EOF\n";
}

void ExpositionPage::render(std::string& out, std::span<const double> values) const {
  OREUM_CHECK(values.size() == slots_.size(), "a page needs a value for each of its entries");
  constexpr size_t kUsualValue = 8;  // characters
  out.reserve(out.size() + text_.size() + kUsualValue * slots_.size());
  size_t from = 0;
  for (const Slot& slot : slots_) {
    out.append(text_, from, slot.text_end - from);
    append_double(out, values[slot.entry]);
    from = slot.text_end;
  }
  out.append(text_, from);
}

}  // namespace oreum::encoding
