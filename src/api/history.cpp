#include "api/history.h"

#include <algorithm>

#include <fmt/core.h>

#include "api/bucketing.h"
#include "api/params.h"
#include "api/resources.h"

namespace oreum::api {

namespace {

constexpr int64_t kMaxPoints = 11'000;     // a series, as Prometheus has it
constexpr int64_t kMaxValues = 2'000'000;  // an answer
constexpr size_t kUsualPoints = 1'000;     // without a step given
constexpr milliseconds kUsualSpan{3'600'000};
constexpr milliseconds kRateLookBack{60'000};  // the first point of a rate needs a sample before it

struct HistoryRequest {
  TimestampMs from;
  TimestampMs to;
  Grid grid;
  Aggregation agg = Aggregation::kAvg;
  std::string_view agg_name;
  std::string instance;
};

Result<Grid> make_grid(TimestampMs from, TimestampMs to, milliseconds step) {
  Grid grid;
  grid.step = step.count();
  // Down to a multiple of the step, before 1970 too.
  grid.start = from.ms - ((from.ms % grid.step) + grid.step) % grid.step;
  const int64_t points = (to.ms - grid.start) / grid.step + 1;
  if (points > kMaxPoints) {
    return bad_parameter(
        "step", fmt::format("{} points are more than {}: take a wider step or a shorter time", points, kMaxPoints));
  }
  grid.points = static_cast<size_t>(points);
  return grid;
}

Result<HistoryRequest> parse(const Services& services, const net::Request& request) {
  TRY(only_parameters(request, {"from", "to", "step", "agg", "instance"}));
  HistoryRequest out;
  TRY_ASSIGN(out.to, time_parameter(request, "to", services.clock.now()));
  TRY_ASSIGN(out.from, time_parameter(request, "from", out.to - kUsualSpan));
  if (out.from > out.to) return bad_parameter("from", "is after to");
  // Far ends of time would overflow the arithmetic below; no clock says them.
  constexpr int64_t kFarMs = int64_t{1} << 53;
  if (out.from.ms < -kFarMs) return bad_parameter("from", "too long ago");
  if (out.to.ms > kFarMs) return bad_parameter("to", "too far ahead");
  TRY_ASSIGN(const std::optional<milliseconds> step, duration_parameter(request, "step"));
  if (step && step->count() > kFarMs) return bad_parameter("step", "too long");
  TRY_ASSIGN(out.grid, make_grid(out.from, out.to, step.value_or(round_step(out.to - out.from, kUsualPoints))));
  out.agg_name = request.param("agg").value_or("avg");
  const std::optional<Aggregation> agg = parse_aggregation(out.agg_name);
  if (!agg) return bad_parameter("agg", "expected avg, min, max or last");
  out.agg = *agg;
  out.instance = request.param("instance").value_or(services.instance);
  if (out.instance.empty()) return bad_parameter("instance", "expected a name");
  return out;
}

void write_labels(encoding::JsonWriter& json, const model::Labels& labels) {
  json.key("labels").begin_object();
  for (const model::Label& label : labels) {
    const bool implied = label.name == model::kMetricName || label.name == "instance" || label.name == "job";
    if (!implied) json.member(label.name, label.value);
  }
  json.end_object();
}

/// Writes one metric's series into the open array.
class SeriesWriter {
 public:
  SeriesWriter(encoding::JsonWriter& json, const HistoryRequest& request, Deadline deadline)
      : json_(json), request_(request), deadline_(deadline) {}

  Status write(storage::Querier& querier, const HistorySeries& wanted) {
    const std::array<model::Matcher, 2> matchers{
        model::Matcher{model::Matcher::Op::kEqual, std::string(model::kMetricName), std::string(wanted.metric)},
        model::Matcher{model::Matcher::Op::kEqual, "instance", request_.instance}};
    TRY_ASSIGN(const auto set, querier.select(matchers));
    while (set->next()) {
      if (deadline_.passed()) return Error(Code::kDeadlineExceeded, "the history took too long to read");
      TRY(set->read(samples_));
      if (wanted.per_second) samples_ = per_second(samples_);
      // A series without a sample in the window is not part of the answer.
      if (samples_.t.empty() || samples_.t.back() < request_.grid.start) continue;
      values_ += static_cast<int64_t>(request_.grid.points);
      if (values_ > kMaxValues) {
        return bad_parameter("step", fmt::format("the answer has more than {} values: take a wider step or a shorter "
                                                 "time",
                                                 kMaxValues));
      }
      write_one(wanted, set->series().labels);
    }
    return {};
  }

 private:
  void write_one(const HistorySeries& wanted, const model::Labels& labels) {
    json_.begin_object().member("metric", wanted.metric);
    if (wanted.per_second) json_.member("per_second", true);
    write_labels(json_, labels);
    json_.key("values").begin_array();
    for (const double v : aggregate(samples_, request_.grid, request_.agg)) json_.value(v);
    json_.end_array().end_object();
  }

  encoding::JsonWriter& json_;
  const HistoryRequest& request_;
  Deadline deadline_;
  storage::Columns samples_;
  int64_t values_ = 0;
};

}  // namespace

Result<net::Response> history(const Services& services, const MetricType& type, const Call& call) {
  TRY_ASSIGN(const HistoryRequest request, parse(services, call.request));
  const Grid& grid = request.grid;
  std::string body;
  encoding::JsonWriter json(body);
  json.begin_object().member("instance", request.instance).member("type", type.name);
  json.member("from", format_rfc3339(request.from)).member("to", format_rfc3339(request.to));
  json.member("step", format_duration(milliseconds(grid.step))).member("agg", request.agg_name);
  json.key("time").begin_array();
  for (size_t i = 0; i < grid.points; ++i) json.value(grid.start + static_cast<int64_t>(i) * grid.step);
  json.end_array().key("series").begin_array();
  const bool rates = std::any_of(type.history.begin(), type.history.end(), [](const auto& s) { return s.per_second; });
  const TimestampMs first{grid.start};
  TRY_ASSIGN(const auto querier, services.store.querier(rates ? first - kRateLookBack : first, request.to));
  SeriesWriter writer(json, request, call.deadline);
  for (const HistorySeries& wanted : type.history) TRY(writer.write(*querier, wanted));
  json.end_array().end_object();
  return json_response(std::move(body));
}

}  // namespace oreum::api
