#include "encoding/otlp_value.h"

#include <algorithm>
#include <cmath>

#include "base/number.h"
#include "encoding/json_writer.h"

namespace oreum::encoding {

void append_otlp_text(std::string& out, std::string_view text, bool json) {
  if (json) {
    append_json_string(out, text);
  } else {
    out += text;
  }
}

void append_otlp_double(std::string& out, double v, bool json) {
  std::string text;
  append_api_double(text, v);
  append_otlp_text(out, text, json && !std::isfinite(v));
}

void append_otlp_map(std::string& out, OtlpAttributes items) {
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  char before = '{';
  for (const auto& [key, value] : items) {
    out += before;
    before = ',';
    append_json_string(out, key);
    out += ':';
    out += value.empty() ? "null" : value;
  }
  out += before == '{' ? "{}" : "}";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= left ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

}  // namespace oreum::encoding
