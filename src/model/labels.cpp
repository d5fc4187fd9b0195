#include "model/labels.h"

#include <algorithm>
#include <cstring>

#include <fmt/core.h>
#include <xxhash.h>

#include "model/varint.h"

namespace oreum::model {

namespace {

void append_field(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}

/// Reads one length-prefixed field; false when it runs past the end.
bool read_field(std::string_view& rest, std::string_view& field) {
  uint64_t size = 0;
  if (!read_varint(rest, size) || size > rest.size()) return false;
  field = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string SeriesId::bytes() const {
  std::string out(16, '\0');
  for (size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<char>(hi >> (56 - 8 * i));
    out[8 + i] = static_cast<char>(lo >> (56 - 8 * i));
  }
  return out;
}

SeriesId SeriesId::from_bytes(std::string_view sixteen) {
  SeriesId id;
  for (size_t i = 0; i < 8 && sixteen.size() == 16; ++i) {
    id.hi = id.hi << 8 | static_cast<unsigned char>(sixteen[i]);
    id.lo = id.lo << 8 | static_cast<unsigned char>(sixteen[8 + i]);
  }
  return id;
}

void Labels::Iterator::read() {
  done_ = rest_.empty() || !read_field(rest_, label_.name) || !read_field(rest_, label_.value);
}

Labels Labels::of(std::span<const Label> labels) {
  std::vector<Label> sorted(labels.begin(), labels.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
  std::string encoded;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const bool replaced = i + 1 < sorted.size() && sorted[i + 1].name == sorted[i].name;
    if (replaced || sorted[i].value.empty()) continue;
    append_field(encoded, sorted[i].name);
    append_field(encoded, sorted[i].value);
  }
  return Labels(std::move(encoded));
}

Result<Labels> Labels::decode(std::string_view encoded) {
  std::string_view rest = encoded;
  std::string_view last;
  while (!rest.empty()) {
    std::string_view name;
    std::string_view value;
    if (!read_field(rest, name) || !read_field(rest, value) || value.empty() || (!last.empty() && name <= last)) {
      return Error(Code::kDataLoss, "a stored label set is damaged");
    }
    last = name;
  }
  return Labels(std::string(encoded));
}

std::string_view Labels::get(std::string_view name) const {
  for (const Label& label : *this) {
    if (label.name == name) return label.value;
  }
  return {};
}

Labels Labels::with(std::span<const Label> labels) const {
  std::vector<Label> all(begin(), end());
  all.insert(all.end(), labels.begin(), labels.end());
  return of(all);
}

std::string Labels::to_string() const {
  std::string out(metric());
  std::string inner;
  for (const Label& label : *this) {
    if (label.name == kMetricName) continue;
    if (!inner.empty()) inner += ',';
    inner += label.name;
    inner += "=\"";
    append_escaped(inner, label.value);
    inner += '"';
  }
  if (!inner.empty() || out.empty()) out += "{" + inner + "}";
  return out;
}

std::strong_ordering Labels::operator<=>(const Labels& o) const {
  return std::lexicographical_compare_three_way(begin(), end(), o.begin(), o.end());
}

SeriesId series_id(std::string_view encoded_labels) {
  const XXH128_hash_t h = XXH3_128bits(encoded_labels.data(), encoded_labels.size());
  return {h.high64, h.low64};
}

bool is_valid_label_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_valid_metric_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  });
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (size_t i = 0; i < text.size();) {
    // Nearly all text is ASCII: eight bytes at once.
    uint64_t eight = kHighBits;
    if (text.size() - i >= sizeof eight) std::memcpy(&eight, text.data() + i, sizeof eight);
    if ((eight & kHighBits) == 0) {
      i += sizeof eight;
      continue;
    }
    const unsigned char lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    size_t extra = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      extra = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      extra = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      extra = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (i + extra >= text.size() || byte(i + 1) < low || byte(i + 1) > high) return false;
    for (size_t k = 2; k <= extra; ++k) {
      if (byte(i + k) < 0x80 || byte(i + k) > 0xBF) return false;
    }
    i += extra + 1;
  }
  return true;
}

}  // namespace oreum::model
