#include "base/secret.h"

#include <algorithm>

namespace oreum {

namespace {

constexpr std::string_view kHidden = "…";

/// "a=b&password=c" with the values of passwords hidden.
std::string hide_parameters(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    const size_t equals = std::min(one.find('='), one.size());
    const bool secret = one.substr(0, equals).find("password") != std::string_view::npos;
    out += secret ? std::string(one.substr(0, equals)) + "=" + std::string(kHidden) : std::string(one);
    if (end < query.size()) out += '&';
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

}  // namespace

std::string without_password(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const size_t from = scheme + 3;
  // A password may hold any of / ? # @ by mistake: what comes before the last @ is taken for it, but for one in a
  // parameter that is hidden anyway.
  const size_t parameter = url.find("password=", from);
  const size_t end = parameter == std::string_view::npos ? url.size() : url.find_last_of("?&", parameter);
  const size_t at = url.substr(0, end).rfind('@');
  const size_t colon = url.find(':', from);
  const bool has_password = at != std::string_view::npos && at >= from && colon < at;
  std::string out(url.substr(0, has_password ? colon : from));
  std::string_view rest = url.substr(has_password ? at : from);
  if (has_password) out += ":" + std::string(kHidden);
  const size_t question = std::min(rest.find('?'), rest.size());
  out += rest.substr(0, question);
  if (question < rest.size()) out += "?" + hide_parameters(rest.substr(question + 1));
  return out;
}

}  // namespace oreum
