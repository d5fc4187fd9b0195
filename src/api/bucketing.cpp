#include "api/bucketing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace oreum::api {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

using storage::Bucket;

/// One aggregation of what falls into each point. `weight` is samples, or seconds of a rate.
class Points {
 public:
  Points(const Grid& grid, Aggregation how)
      : grid_(grid), how_(how), values_(grid.points, kNone), weights_(how == Aggregation::kAvg ? grid.points : 0) {}

  void add(const Bucket& bucket, double total, double weight, double min, double max, double last) {
    if (bucket.last_t < grid_.start) return;
    const auto at = static_cast<size_t>((bucket.last_t - grid_.start) / grid_.step);
    if (at >= grid_.points) return;
    double& point = values_[at];
    switch (how_) {
      case Aggregation::kAvg:
        point = weights_[at] == 0 ? total : point + total;
        weights_[at] += weight;
        break;
      case Aggregation::kMin: point = std::fmin(point, min); break;
      case Aggregation::kMax: point = std::fmax(point, max); break;
      case Aggregation::kLast: point = last; break;
    }
  }
  std::vector<double> take() {
    for (size_t i = 0; i < weights_.size(); ++i) values_[i] /= weights_[i];
    return std::move(values_);
  }

 private:
  const Grid& grid_;
  const Aggregation how_;
  std::vector<double> values_;
  std::vector<double> weights_;
};

double per_second(double increase, int64_t ms) { return increase * 1000 / static_cast<double>(ms); }

/// A bucket's rates together with the one that leads into it from `before` (null: none does).
void add_rates(Points& points, const Bucket* before, const Bucket& b) {
  const double step = before == nullptr ? 0 : storage::counter_increase(before->last, b.first);
  if (before == nullptr && b.span == Bucket::kUnknown) return;  // what it covers is not known any more
  const int64_t ms = (before == nullptr ? b.span : b.last_t - before->last_t) - b.gap;
  if (ms <= 0) return;
  const double increase = b.increase + step;
  double min = per_second(increase, ms);
  double max = min;
  double last = min;
  if (!std::isnan(b.rate_last)) {
    const double into = before == nullptr ? kNone : per_second(step, ms + b.gap - b.span);
    min = std::fmin(b.rate_min, into);
    max = std::fmax(b.rate_max, into);
    last = b.rate_last;
  }
  points.add(b, increase, static_cast<double>(ms) / 1000, min, max, last);
}

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

std::vector<double> aggregate(std::span<const Bucket> buckets, const Grid& grid, Aggregation how) {
  Points points(grid, how);
  for (const Bucket& b : buckets) {
    if (b.count > 0) points.add(b, b.sum, static_cast<double>(b.count), b.min, b.max, b.last);
  }
  return points.take();
}

std::vector<double> aggregate_rates(std::span<const Bucket> buckets, const Grid& grid, Aggregation how) {
  Points points(grid, how);
  const Bucket* before = nullptr;
  for (const Bucket& b : buckets) {
    if (b.broken_before) before = nullptr;
    if (b.count == 0) continue;
    add_rates(points, before, b);
    before = b.broken_after ? nullptr : &b;
  }
  return points.take();
}

}  // namespace oreum::api
