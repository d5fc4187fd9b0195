#include "net/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/number.h"
#include "net/client.h"

namespace oreum::net {

namespace {

constexpr bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Cuts the text up to the separator off the front.
std::string_view take(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

/// The quality of one member of a list in thousandths: 1000 without a q, 0 for one that makes no sense.
int quality(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = trim(take(parameters, ';'));
    const std::string_view name = trim(take(value, '='));
    if (name != "q" && name != "Q") continue;
    const std::optional<double> q = parse_double(trim(value));
    return q && *q >= 0 && *q <= 1 ? static_cast<int>(*q * 1000) : 0;
  }
  return 1000;
}

/// The path part of a target in origin or absolute form.
Result<std::string_view> path_of(std::string_view target) {
  if (target.starts_with('/') || target == "*") return target;
  const size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) {
    return Error(Code::kInvalidArgument, "the request target must begin with /");
  }
  target.remove_prefix(scheme + 3);
  const size_t slash = target.find('/');
  return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
}

}  // namespace

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus_is_space ? ' ' : text[i]);
    }
  }
  return out;
}

Result<Fields> parse_form(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    std::string_view value = take(text, '&');
    if (value.empty()) continue;
    const std::string_view name = take(value, '=');
    std::optional<std::string> decoded_name = percent_decode(name, true);
    std::optional<std::string> decoded_value = percent_decode(value, true);
    if (!decoded_name || !decoded_value) {
      return Error(Code::kInvalidArgument, "a % in a parameter must be followed by two hexadecimal digits");
    }
    fields.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
  }
  return fields;
}

Result<Target> parse_target(std::string_view target) {
  std::string_view rest = target.substr(0, target.find('#'));
  TRY_ASSIGN(rest, path_of(rest));
  const std::string_view path = take(rest, '?');
  std::optional<std::string> decoded = percent_decode(path, false);
  if (!decoded) {
    return Error(Code::kInvalidArgument, "a % in the path must be followed by two hexadecimal digits");
  }
  if (decoded->find('\0') != std::string::npos) {
    return Error(Code::kInvalidArgument, "the path must not hold a NUL");
  }
  TRY_ASSIGN(Fields query, parse_form(rest));
  return Target{std::move(*decoded), std::move(query)};
}

bool accepts_gzip(std::string_view accept_encoding) {
  int gzip = -1;
  int any = -1;
  int identity = -1;
  while (!accept_encoding.empty()) {
    std::string_view parameters = take(accept_encoding, ',');
    const std::string_view coding = trim(take(parameters, ';'));
    const int q = quality(parameters);
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) gzip = std::max(gzip, q);
    if (equals_ignoring_case(coding, "identity")) identity = q;
    if (coding == "*") any = q;
  }
  if (gzip < 0) gzip = any;
  return gzip > 0 && gzip >= identity;
}

bool is_compressible(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  if (type.starts_with("text/")) return type != "text/event-stream";
  if (type.ends_with("+json") || type.ends_with("+xml")) return true;
  static constexpr std::array<std::string_view, 6> kTypes{"application/json", "application/javascript",
                                                          "application/xml",  "application/x-ndjson",
                                                          "application/yaml", "application/openmetrics-text"};
  return std::ranges::find(kTypes, type) != kTypes.end();
}

bool is_sane_id(std::string_view text) {
  constexpr std::string_view kPunctuation = "-_.:+/=@";
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [&](char c) {
    return is_alnum(c) || kPunctuation.find(c) != std::string_view::npos;
  });
}

bool list_has(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (equals_ignoring_case(trim(take(list, ',')), token)) return true;
  }
  return false;
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4U]);
      out.push_back(kHex[byte & 15U]);
    }
  }
  return out;
}

}  // namespace oreum::net
