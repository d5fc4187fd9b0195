#include "api/bucketing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace oreum::api {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The points so far and how many samples each has.
class Points {
 public:
  Points(size_t n, Aggregation how) : how_(how), values_(n, kNone), counts_(how == Aggregation::kAvg ? n : 0) {}

  void add(size_t at, double v) {
    double& point = values_[at];
    if (std::isnan(point)) {
      point = v;
      if (how_ == Aggregation::kAvg) counts_[at] = 1;
      return;
    }
    switch (how_) {
      // A running mean: a sum could overflow.
      case Aggregation::kAvg: point += (v - point) / ++counts_[at]; break;
      case Aggregation::kMin: point = std::min(point, v); break;
      case Aggregation::kMax: point = std::max(point, v); break;
      case Aggregation::kLast: point = v; break;
    }
  }
  std::vector<double> take() { return std::move(values_); }

 private:
  Aggregation how_;
  std::vector<double> values_;
  std::vector<uint32_t> counts_;
};

}  // namespace

std::optional<Aggregation> parse_aggregation(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Aggregation>, 4> kNames{{{"avg", Aggregation::kAvg},
                                                                            {"min", Aggregation::kMin},
                                                                            {"max", Aggregation::kMax},
                                                                            {"last", Aggregation::kLast}}};
  for (const auto& [text, how] : kNames) {
    if (text == name) return how;
  }
  return std::nullopt;
}

milliseconds round_step(milliseconds span, size_t points) {
  constexpr std::array<int64_t, 18> kSeconds{1,   2,   5,   10,   15,   20,   30,    60,    120,
                                             300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400};
  // One point more than the span has steps: both ends count.
  const int64_t wanted = span.count() / std::max<int64_t>(static_cast<int64_t>(points) - 1, 1);
  for (const int64_t seconds : kSeconds) {
    if (seconds * 1000 >= wanted) return milliseconds(seconds * 1000);
  }
  constexpr int64_t kDayMs = 86'400'000;
  return milliseconds((wanted / kDayMs + 1) * kDayMs);
}

std::vector<double> aggregate(const storage::Columns& samples, const Grid& grid, Aggregation how) {
  Points points(grid.points, how);
  for (size_t i = 0; i < samples.t.size(); ++i) {
    if (samples.t[i] < grid.start || std::isnan(samples.v[i])) continue;
    const auto at = static_cast<size_t>((samples.t[i] - grid.start) / grid.step);
    if (at < grid.points) points.add(at, samples.v[i]);
  }
  return points.take();
}

storage::Columns per_second(const storage::Columns& counter) {
  storage::Columns out;
  for (size_t i = 1; i < counter.t.size(); ++i) {
    const double before = counter.v[i - 1];
    const double now = counter.v[i];
    if (std::isnan(before) || std::isnan(now)) continue;
    const double seconds = static_cast<double>(counter.t[i] - counter.t[i - 1]) / 1000;
    out.t.push_back(counter.t[i]);
    out.v.push_back((now >= before ? now - before : now) / seconds);
  }
  return out;
}

}  // namespace oreum::api
