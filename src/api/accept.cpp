#include "api/accept.h"

#include <algorithm>

#include "base/number.h"
#include "net/text.h"

namespace oreum::api {

namespace {

std::string_view take_until(std::string_view& rest, char separator) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim(part);
}

/// The highest q a list like "a;q=0.5, b" gives an item; -1 when it does not name it.
double quality(std::string_view list, std::string_view item) {
  double best = -1;
  while (!list.empty()) {
    std::string_view element = take_until(list, ',');
    if (!net::equals_ignoring_case(take_until(element, ';'), item)) continue;
    double q = 1;
    while (!element.empty()) {
      const std::string_view parameter = take_until(element, ';');
      if (parameter.starts_with("q=")) q = parse_double(parameter.substr(2)).value_or(0);
    }
    best = std::max(best, q);
  }
  return best;
}

}  // namespace

bool prefers_openmetrics(std::string_view accept) {
  const double open = quality(accept, "application/openmetrics-text");
  return open > 0 && open >= quality(accept, "text/plain");
}

}  // namespace oreum::api
