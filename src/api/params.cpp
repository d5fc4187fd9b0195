#include "api/params.h"

#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "net/text.h"

namespace oreum::api {

Error bad_parameter(std::string_view name, std::string_view why) {
  return {Code::kInvalidArgument, fmt::format("parameter {}: {}", name, why)};
}

Status only_parameters(const net::Request& request, std::initializer_list<std::string_view> known,
                       std::initializer_list<std::string_view> repeatable) {
  for (auto at = request.query.begin(); at != request.query.end(); ++at) {
    const std::string& name = at->first;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return bad_parameter(name, fmt::format("not known here; there are {}", fmt::join(known, ", ")));
    }
    if (std::find(repeatable.begin(), repeatable.end(), name) != repeatable.end()) continue;
    if (std::any_of(request.query.begin(), at, [&](const auto& other) { return other.first == name; })) {
      return bad_parameter(name, "given twice");
    }
  }
  return {};
}

Result<TimestampMs> time_parameter(const net::Request& request, std::string_view name, TimestampMs otherwise) {
  const std::optional<std::string_view> text = request.param(name);
  if (!text) return otherwise;
  auto time = parse_timestamp(*text);
  if (!time) return std::move(time).error().wrap(fmt::format("parameter {}", name));
  return *time;
}

Result<std::optional<milliseconds>> duration_parameter(const net::Request& request, std::string_view name) {
  const std::optional<std::string_view> text = request.param(name);
  if (!text) return std::optional<milliseconds>();
  auto duration = parse_duration(*text);
  if (!duration) return std::move(duration).error().wrap(fmt::format("parameter {}", name));
  if (duration->count() <= 0) return bad_parameter(name, "expected a duration above zero");
  return std::optional(*duration);
}

Result<net::Request> with_form(const net::Request& request) {
  net::Request out;
  out.query = request.query;
  TRY_ASSIGN(net::Fields form, net::parse_form(request.body));
  for (auto& field : form) out.query.push_back(std::move(field));
  return out;
}

bool from_another_site(const net::Request& request) {
  const auto site = request.header("sec-fetch-site");
  return site && *site != "same-origin" && *site != "none";
}

}  // namespace oreum::api
