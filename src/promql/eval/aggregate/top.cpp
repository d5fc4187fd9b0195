// topk and bottomk: at each point a heap of the k best, so that what is kept grows with k and not with the input.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "promql/eval/aggregate/aggregation.h"

namespace oreum::promql {

namespace {

struct Candidate {
  double value = 0;
  uint32_t row = 0;
};

/// The heaps of one group, one a point, the worst of each at its root. Which of equal values stays is a matter of how
/// a heap moves them: as in Prometheus, an array whose children of i are 2i + 1 and 2i + 2. NaN is worse than all.
/// `Worse` is std::less for topk.
template <typename Worse>
class Heaps {
 public:
  explicit Heaps(size_t points) : sizes_(points, 0) {}

  /// Whether the candidate is among the best `k` at a point, so far.
  bool offer(size_t point, Candidate candidate, int64_t k) {
    if (sizes_[point] < k) {
      if (sizes_[point] == capacity_) grow();
      Candidate* heap = cells_.data() + point * capacity_;
      heap[sizes_[point]] = candidate;
      rise(heap, sizes_[point]++);
      return true;
    }
    Candidate* heap = cells_.data() + point * capacity_;
    const double worst = heap->value;
    if (!(Worse()(worst, candidate.value) || (std::isnan(worst) && !std::isnan(candidate.value)))) return false;
    *heap = candidate;
    sink(heap, sizes_[point]);
    return true;
  }
  /// For how many candidates there is memory.
  size_t room() const { return cells_.size(); }
  std::span<Candidate> at(size_t point) { return {cells_.data() + point * capacity_, sizes_[point]}; }

 private:
  static bool worse(const Candidate& a, const Candidate& b) { return std::isnan(a.value) || Worse()(a.value, b.value); }
  static void rise(Candidate* heap, size_t i) {
    while (i > 0) {
      const size_t parent = (i - 1) / 2;
      if (!worse(heap[i], heap[parent])) return;
      std::swap(heap[i], heap[parent]);
      i = parent;
    }
  }
  static void sink(Candidate* heap, size_t size) {
    for (size_t i = 0; 2 * i + 1 < size;) {
      size_t child = 2 * i + 1;
      if (child + 1 < size && worse(heap[child + 1], heap[child])) ++child;
      if (!worse(heap[child], heap[i])) return;
      std::swap(heap[i], heap[child]);
      i = child;
    }
  }
  /// Twice the room at every point.
  void grow() {
    const uint32_t wider = capacity_ == 0 ? 1 : 2 * capacity_;
    std::vector<Candidate> cells(sizes_.size() * wider);
    for (size_t point = 0; point < sizes_.size(); ++point) {
      std::copy_n(cells_.data() + point * capacity_, sizes_[point], cells.data() + point * wider);
    }
    cells_ = std::move(cells);
    capacity_ = wider;
  }

  uint32_t capacity_ = 0;  // of a point's heap
  std::vector<uint32_t> sizes_;
  std::vector<Candidate> cells_;
};

template <typename Worse>
class TopRows final : public Rows {
 public:
  TopRows(Aggregation aggregation, std::vector<int64_t> limits)
      : budget_(aggregation.context.budget),
        points_(aggregation.grid.count),
        limits_(std::move(limits)),
        input_(std::move(aggregation.input)),
        groups_(aggregation.node) {}

  Result<bool> next(Row& out) override {
    if (input_) {
      TRY(read());
      collect();
    }
    if (at_ == order_.size()) return false;
    const uint32_t row = order_[at_++];
    out.labels = std::move(kept_[row].labels);
    out.drop_name = kept_[row].drop_name;
    out.values.assign(points_, absent());
    for (size_t i = ends_[row]; i < ends_[row + 1]; ++i) out.values[answers_[i].point] = answers_[i].value;
    return true;
  }

 private:
  struct Answer {
    uint32_t point;
    double value;
  };

  Status read() {
    for (Row row;;) {
      TRY_ASSIGN(const bool there, input_->next(row));
      if (!there) break;
      if (!has_points(row.values)) continue;
      const uint32_t group = groups_.add(row);
      if (group == heaps_.size()) heaps_.emplace_back(points_);
      const size_t room = heaps_[group].room();
      if (offer(heaps_[group], row.values)) {
        kept_.push_back({std::move(row.labels), row.drop_name, {}});
        TRY(budget_.hold_points(heaps_[group].room() - room));
      }
    }
    input_.reset();
    return {};
  }

  /// Whether the series is among the best at any point.
  bool offer(Heaps<Worse>& heaps, const Column& values) {
    const auto number = static_cast<uint32_t>(kept_.size());
    bool any = false;
    for (size_t i = 0; i < points_; ++i) {
      if (limits_[i] < 1 || is_absent(values[i])) continue;
      any |= heaps.offer(i, {values[i], number}, limits_[i]);
    }
    return any;
  }

  template <typename Do>
  void for_each(Do&& visit) {
    for (Heaps<Worse>& heaps : heaps_) {
      for (size_t point = 0; point < points_; ++point) {
        for (const Candidate& c : heaps.at(point)) visit(point, c);
      }
    }
  }

  /// Sorts what the heaps hold by series.
  void collect() {
    if (points_ == 1) sort_instant();
    ends_.assign(kept_.size() + 2, 0);
    for_each([&](size_t /*point*/, const Candidate& c) { ++ends_[c.row + 2]; });
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
    answers_.resize(ends_.back());
    for_each([&](size_t point, const Candidate& c) {
      answers_[ends_[c.row + 1]++] = {static_cast<uint32_t>(point), c.value};
    });
    if (points_ > 1) {
      order_.resize(kept_.size());
      std::iota(order_.begin(), order_.end(), 0);
    }
    heaps_.clear();
  }

  /// An instant answers the best first, group by group.
  void sort_instant() {
    for (Heaps<Worse>& heaps : heaps_) {
      const std::span<Candidate> best = heaps.at(0);
      std::stable_sort(best.begin(), best.end(), [](const Candidate& a, const Candidate& b) {
        if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value) && std::isnan(b.value);
        return Worse()(b.value, a.value);
      });
      for (const Candidate& c : best) order_.push_back(c.row);
    }
  }

  Budget& budget_;
  const size_t points_;
  const std::vector<int64_t> limits_;
  std::unique_ptr<Rows> input_;  // null once read
  Groups groups_;
  std::vector<Heaps<Worse>> heaps_;  // by group
  std::vector<Row> kept_;            // without their values
  std::vector<Answer> answers_;      // by row
  std::vector<size_t> ends_;         // of row r: answers [ends_[r], ends_[r + 1])
  std::vector<uint32_t> order_;
  size_t at_ = 0;
};

template <typename Worse>
Result<std::unique_ptr<Rows>> make_top(Aggregation aggregation) {
  TRY_ASSIGN(auto limits, whole_param(aggregation.param));
  return std::make_unique<TopRows<Worse>>(std::move(aggregation), std::move(limits));
}

}  // namespace

Result<std::unique_ptr<Rows>> make_topk(Aggregation aggregation) {
  return make_top<std::less<double>>(std::move(aggregation));
}

Result<std::unique_ptr<Rows>> make_bottomk(Aggregation aggregation) {
  return make_top<std::greater<double>>(std::move(aggregation));
}

}  // namespace oreum::promql
