#include "api/cross_origin.h"

#include <algorithm>

namespace oreum::api {

bool CrossOrigin::allows(std::string_view origin) const {
  return std::ranges::any_of(origins_, [&](const std::string& known) { return known == "*" || known == origin; });
}

net::Fields CrossOrigin::headers(const net::Request& request) const {
  const auto origin = request.header("origin");
  if (origins_.empty()) return {};
  net::Fields out{{"Vary", "Origin"}};  // also where it is not allowed: a cache must not keep that for others
  if (!origin || !allows(*origin)) return out;
  out.emplace_back("Access-Control-Allow-Origin", *origin);
  out.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  out.emplace_back("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin");
  out.emplace_back("Access-Control-Expose-Headers", "Date");
  return out;
}

bool CrossOrigin::forged(const net::Request& request) const {
  if (request.header("sec-fetch-site") != "cross-site") return false;
  const auto origin = request.header("origin");
  return !origin || !allows(*origin);
}

}  // namespace oreum::api
