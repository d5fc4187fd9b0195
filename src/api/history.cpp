#include "api/history.h"

#include <algorithm>
#include <array>
#include <cmath>

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

/// What "resolution" may be.
constexpr std::array<std::string_view, 3> kResolutions{"raw", "1m", "1h"};  // by storage::Resolution

struct HistoryRequest {
  TimestampMs from;
  TimestampMs to;
  Grid grid;
  Aggregation agg = Aggregation::kAvg;
  std::string_view agg_name;
  std::string instance;
  storage::Resolution resolution = storage::Resolution::kRaw;  // the coarsest that may be used
  bool chosen = false;                                         // by the client
};

/// The coarsest whose buckets fit into a point.
storage::Resolution coarsest(int64_t step) {
  for (const auto r : {storage::Resolution::kHour, storage::Resolution::kMinute}) {
    if (step % storage::bucket(r).count() == 0) return r;
  }
  return storage::Resolution::kRaw;
}

Status parse_resolution(const net::Request& request, HistoryRequest& out) {
  const std::string_view text = request.param("resolution").value_or("auto");
  out.resolution = coarsest(out.grid.step);
  if (text == "auto") return {};
  const auto* const known = std::find(kResolutions.begin(), kResolutions.end(), text);
  if (known == kResolutions.end()) return bad_parameter("resolution", "expected auto, raw, 1m or 1h");
  const auto wanted = static_cast<storage::Resolution>(known - kResolutions.begin());
  if (wanted > out.resolution) return bad_parameter("resolution", fmt::format("step is no multiple of {}", text));
  out.resolution = wanted;
  out.chosen = true;
  return {};
}

/// Where there are rollups only, points are as wide as their buckets at least.
milliseconds usual_step(const Services& services, TimestampMs from, TimestampMs to) {
  const milliseconds step = round_step(to - from, kUsualPoints);
  const storage::StoreStats stats = services.store.stats();
  if (stats.rollup_samples == 0 || from >= stats.t_min) return step;
  return std::max(step, storage::bucket(storage::Resolution::kMinute));
}

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
  TRY(only_parameters(request, {"from", "to", "step", "agg", "resolution", "instance"}));
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
  TRY_ASSIGN(out.grid, make_grid(out.from, out.to, step ? *step : usual_step(services, out.from, out.to)));
  TRY(parse_resolution(request, out));
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
      TRY_ASSIGN(const storage::Resolution resolution, read(*set, wanted.per_second));
      points_ = (wanted.per_second ? aggregate_rates : aggregate)(buckets_, request_.grid, request_.agg);
      // A series without a sample in the window is not part of the answer.
      if (std::all_of(points_.begin(), points_.end(), [](double v) { return std::isnan(v); })) continue;
      values_ += static_cast<int64_t>(request_.grid.points);
      if (values_ > kMaxValues) {
        return bad_parameter("step", fmt::format("the answer has more than {} values: take a wider step or a shorter "
                                                 "time",
                                                 kMaxValues));
      }
      write_one(wanted, set->series().labels, resolution);
      used_ = std::max(used_, resolution);
    }
    return {};
  }
  /// The coarsest that was used so far.
  storage::Resolution used() const { return used_; }

 private:
  /// Fills buckets_; says what they are from.
  Result<storage::Resolution> read(storage::SeriesSet& set, bool per_second) {
    buckets_.clear();
    if (request_.resolution == storage::Resolution::kRaw) {
      TRY(set.read(samples_));
      storage::to_buckets(samples_.t, samples_.v, milliseconds(request_.grid.step), buckets_);
      return storage::Resolution::kRaw;
    }
    // The rates of single samples are in no rollup.
    const bool samples_know_more = per_second && request_.agg != Aggregation::kAvg && !request_.chosen;
    const auto use = samples_know_more ? storage::RollupUse::kWhereRawIsGone : storage::RollupUse::kWherePossible;
    TRY_ASSIGN(const bool rolled, set.read_buckets(request_.resolution, use, buckets_));
    return rolled ? request_.resolution : storage::Resolution::kRaw;
  }

  void write_one(const HistorySeries& wanted, const model::Labels& labels, storage::Resolution resolution) {
    json_.begin_object().member("metric", wanted.metric);
    if (wanted.per_second) json_.member("per_second", true);
    write_labels(json_, labels);
    json_.member("resolution", kResolutions[static_cast<size_t>(resolution)]);
    json_.key("values").begin_array();
    for (const double v : points_) json_.value(v);
    json_.end_array().end_object();
  }

  encoding::JsonWriter& json_;
  const HistoryRequest& request_;
  Deadline deadline_;
  storage::Columns samples_;
  std::vector<storage::Bucket> buckets_;
  std::vector<double> points_;
  storage::Resolution used_ = storage::Resolution::kRaw;
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
  json.end_array().member("resolution", kResolutions[static_cast<size_t>(writer.used())]);
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace oreum::api
