// POST and PUT /api/v1/admin/tsdb/{snapshot,delete_series,clean_tombstones}: off unless admin_api is set.
#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/selectors.h"
#include "encoding/json_writer.h"

namespace oreum::api::prometheus {

namespace {

/// The handler, where the admin API is on.
CallHandler guarded(const Services& services, CallHandler handler) {
  return [&services, handler = std::move(handler)](const Call& call) -> Result<net::Response> {
    if (services.admin_api) return handler(call);
    net::Response off = error(ErrorType::kUnavailable,
                              "admin APIs disabled: start Oreum with --admin-api (admin_api: true) to use them");
    off.status = 500;  // as Prometheus answers it: trying again is no use
    off.headers.pop_back();
    return off;
  };
}

Result<net::Response> delete_series(const Services& services, const Call& call) {
  TRY_ASSIGN(const Form form, Form::of(call.request));
  const std::vector<std::string_view> texts = form.all("match[]");
  if (texts.empty()) return error(ErrorType::kBadData, "no match[] parameter provided");
  TRY_ASSIGN(const TimeRange range, time_range_of(form));
  TRY_ASSIGN(const MatcherSets sets, matchers_of(form, true));
  // Of Prometheus nothing is deleted then; here a slip of the pen in something that cannot be undone is said.
  if (range.end < range.start) return invalid_parameter("end", "it is before start");
  storage::DeleteResult all;
  for (size_t i = 0; i < sets.size(); ++i) {
    TRY_ASSIGN(const storage::DeleteResult one,
               services.store.delete_samples(sets[i], range.start, range.end, std::string(texts[i])));
    all.series += one.series;
    all.samples += one.samples;
  }
  return net::Response{204,
                       {{"X-Oreum-Deleted-Samples", fmt::format("{}", all.samples)},
                        {"X-Oreum-Matched-Series", fmt::format("{}", all.series)}},
                       {}};
}

Result<net::Response> snapshot(const Services& services, const Call& call) {
  if (services.backups == nullptr) return error(ErrorType::kUnavailable, "this server keeps no backups");
  TRY_ASSIGN(const std::string name, services.backups->make_now(call.request.client_gone.get()));
  std::string body(kSuccess);
  encoding::JsonWriter(body).begin_object().member("name", name).end_object();
  return finish(std::move(body));
}

}  // namespace

CallHandler make_delete_series(const Services& services) {
  return guarded(services, [&services](const Call& call) { return delete_series(services, call); });
}

CallHandler make_snapshot(const Services& services) {
  return guarded(services, [&services](const Call& call) { return snapshot(services, call); });
}

CallHandler make_clean_tombstones(const Services& services) {
  // What is deleted is gone at once: there are no tombstones. Packs that shrank are put together.
  return guarded(services, [&services](const Call&) -> Result<net::Response> {
    TRY(services.store.compact());
    return net::Response{204, {}, {}};
  });
}

}  // namespace oreum::api::prometheus
