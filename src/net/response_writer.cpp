#include "net/response_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/core.h>

#include "net/gzip.h"
#include "net/problem.h"
#include "net/text.h"

namespace oreum::net {

namespace {

constexpr size_t kMinCompressed = 1024;  // below it a body fits one packet anyway

const std::string* find(const Fields& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

/// The body now has another representation: its validator no longer names the exact bytes (RFC 9110 8.8.1).
void weaken_etag(Fields& headers) {
  for (auto& [key, value] : headers) {
    if (equals_ignoring_case(key, "etag") && !value.starts_with("W/")) value.insert(0, "W/");
  }
}

/// A line end inside a header would let its value forge headers.
void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

void append_number(std::string& out, size_t value) {
  std::array<char, 24> digits{};
  const auto [end, ec] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

void append_status_line(std::string& out, int status) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<size_t>(status));
  out.push_back(' ');
  out += reason_phrase(status);
  out += "\r\n";
}

bool is_server_set(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kNames{"content-length", "date",       "server",
                                                          "x-request-id",   "connection", "transfer-encoding"};
  return std::ranges::any_of(kNames, [&](std::string_view n) { return equals_ignoring_case(n, name); });
}

}  // namespace

bool is_bodiless(int status) { return status < 200 || status == 204 || status == 304; }

void encode_body(Response& response, const RequestTraits& traits) {
  const bool coded_already = find(response.headers, "content-encoding") != nullptr;
  const std::string* type = find(response.headers, "content-type");
  const bool may_compress =
      !coded_already && response.body.size() >= kMinCompressed && type != nullptr && is_compressible(*type);
  if (!coded_already && !may_compress) return;
  const std::string* vary = find(response.headers, "vary");
  if (vary == nullptr || !(list_has(*vary, "accept-encoding") || list_has(*vary, "*"))) {
    response.headers.emplace_back("Vary", "Accept-Encoding");
  }
  if (!may_compress || !traits.accept_gzip) return;
  std::string packed = gzip(response.body);
  if (packed.empty() || packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.headers.emplace_back("Content-Encoding", "gzip");
  weaken_etag(response.headers);
}

void append_head(std::string& out, const Response& response, const RequestTraits& traits, Framing framing,
                 bool keep_alive, std::string_view date) {
  append_status_line(out, response.status);
  out += "Date: ";
  out += date;
  out += "\r\nServer: Oreum\r\nX-Request-Id: ";
  out += traits.id;
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_server_set(name)) append_field(out, name, value);
  }
  if (framing == Framing::kChunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing == Framing::kLength && !is_bodiless(response.status)) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  if (!keep_alive) {
    out += "Connection: close\r\n";
  } else if (traits.http10) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

std::string http_date(std::time_t t) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm tm{};
  ::gmtime_r(&t, &tm);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[static_cast<size_t>(tm.tm_wday)], tm.tm_mday,
                     kMonths[static_cast<size_t>(tm.tm_mon)], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

}  // namespace oreum::net
