// GET /api/v1/instances: which machines have samples here, and when each was last seen.
#include <array>
#include <map>

#include <fmt/core.h>

#include "api/params.h"
#include "api/resources.h"
#include "encoding/json_writer.h"

namespace oreum::api {

namespace {

using LastSeen = std::map<std::string, std::optional<TimestampMs>, std::less<>>;

/// How far back to look for the newest sample of an instance, step by step: the living ones are found in the first and
/// cheapest. Beyond an hour a few series of a machine stand for all: they ended together.
struct Window {
  milliseconds back;
  size_t series;
};
constexpr std::array<Window, 5> kWindows{{{milliseconds(15'000), SIZE_MAX},
                                          {milliseconds(300'000), SIZE_MAX},
                                          {milliseconds(3'600'000), SIZE_MAX},
                                          {milliseconds(7 * 86'400'000LL), 8},
                                          {milliseconds(0), 8}}};  // 0: all of time

/// The newest sample of one instance among its first series in the querier's window.
Result<std::optional<TimestampMs>> newest(storage::Querier& querier, const std::string& instance, size_t series,
                                          Deadline deadline) {
  const std::array<model::Matcher, 1> matchers{model::Matcher{model::Matcher::Op::kEqual, "instance", instance}};
  TRY_ASSIGN(const auto set, querier.select(matchers));
  std::optional<TimestampMs> last;
  storage::Columns samples;
  for (size_t n = 0; n < series && set->next();) {
    if (deadline.passed()) return Error(Code::kDeadlineExceeded, "looking for the instances took too long");
    TRY(set->read(samples));
    if (samples.t.empty()) continue;
    ++n;
    const TimestampMs t{samples.t.back()};
    if (!last || t > *last) last = t;
  }
  return last;
}

Status find_last(const Services& services, LastSeen& instances, Deadline deadline) {
  for (const Window& window : kWindows) {
    const TimestampMs from = window.back.count() == 0 ? TimestampMs::min() : services.clock.now() - window.back;
    TRY_ASSIGN(const auto querier, services.store.querier(from, TimestampMs::max()));
    for (auto& [name, last] : instances) {
      if (last) continue;
      TRY_ASSIGN(last, newest(*querier, name, window.series, deadline));
    }
  }
  return {};
}

}  // namespace

CallHandler make_instances(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY(only_parameters(call.request, {}));
    TRY_ASSIGN(const auto querier, services.store.querier(TimestampMs::min(), TimestampMs::max()));
    TRY_ASSIGN(const std::vector<std::string> names, querier->label_values("instance", {}));
    LastSeen instances;
    for (const std::string& name : names) instances[name];
    TRY(find_last(services, instances, call.deadline));
    std::string body;
    encoding::JsonWriter json(body);
    json.begin_object().key("instances").begin_array();
    for (const auto& [name, last] : instances) {
      if (!last) continue;
      json.begin_object().member("instance", name).member("last_sample", format_rfc3339(*last));
      json.member("local", name == services.instance).end_object();
    }
    json.end_array().end_object();
    return json_response(std::move(body));
  };
}

}  // namespace oreum::api
