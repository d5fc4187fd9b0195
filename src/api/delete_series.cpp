// POST /api/v1/admin/tsdb/delete_series: deletes samples by selector and range, as Prometheus' admin API does.
#include <fmt/core.h>

#include "api/params.h"
#include "api/problem.h"
#include "api/resources.h"
#include "promql/parse/parser.h"

namespace oreum::api {

namespace {

Result<net::Response> delete_series(const Services& services, const net::Request& sent) {
  TRY_ASSIGN(const net::Request request, with_form(sent));
  TRY(only_parameters(request, {"match[]", "start", "end"}, {"match[]"}));
  std::vector<std::pair<std::string, std::vector<model::Matcher>>> selectors;
  for (const auto& [name, text] : request.query) {
    if (name != "match[]") continue;
    auto matchers = promql::parse_matchers(text);
    if (!matchers) return std::move(matchers).error().wrap("parameter match[]");
    selectors.emplace_back(text, *std::move(matchers));
  }
  if (selectors.empty()) return bad_parameter("match[]", "expected a selector of what to delete");
  TRY_ASSIGN(const TimestampMs from, time_parameter(request, "start", TimestampMs::min()));
  TRY_ASSIGN(const TimestampMs to, time_parameter(request, "end", TimestampMs::max()));
  if (to < from) return bad_parameter("end", "it is before start");
  storage::DeleteResult all;
  for (const auto& [text, matchers] : selectors) {
    TRY_ASSIGN(const storage::DeleteResult one, services.store.delete_samples(matchers, from, to, text));
    all.series += one.series;
    all.samples += one.samples;
  }
  // Prometheus answers 204, too; how much it was stands in headers.
  return net::Response{204,
                       {{"X-Oreum-Deleted-Samples", fmt::format("{}", all.samples)},
                        {"X-Oreum-Matched-Series", fmt::format("{}", all.series)}},
                       {}};
}

}  // namespace

CallHandler make_delete_series(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    if (!services.admin_api) {
      return problem(403, "admin_api_off",
                     "the admin API is off: start Oreum with --admin-api (admin_api: true) to delete samples",
                     call.request.id);
    }
    return delete_series(services, call.request);
  };
}

}  // namespace oreum::api
