#include "migrate/compare.h"

#include "encoding/chunk.h"
#include "storage/catalog.h"

namespace oreum::migrate {

namespace {

/// The series of a set that have samples, one after the other.
class Walk {
 public:
  explicit Walk(storage::SeriesSet& set) : set_(set) {}
  /// To the next one with samples, or that cannot be read; `damage` then says why.
  Status next() {
    while (there_ = set_.next(), there_) {
      damage_ = set_.read(samples_);
      if (!damage_) {
        if (damage_.error().code() != Code::kDataLoss) return damage_;
        digest_ = {};
        return {};
      }
      digest_ = digest_of(samples_);
      if (digest_.count > 0) return {};
    }
    return {};
  }
  bool there() const { return there_; }
  const model::Series& series() const { return set_.series(); }
  const SeriesDigest& digest() const { return digest_; }
  const Status& damage() const { return damage_; }

 private:
  storage::SeriesSet& set_;
  storage::Columns samples_;
  SeriesDigest digest_;
  Status damage_;
  bool there_ = false;
};

}  // namespace

SeriesDigest digest_of(const storage::Columns& samples) {
  SeriesDigest digest;
  digest.count = samples.t.size();
  if (digest.count == 0) return digest;
  digest.first = samples.t.front();
  digest.last = samples.t.back();
  for (size_t i = 0; i < samples.t.size(); ++i) digest.hash += encoding::sample_hash({samples.t[i]}, samples.v[i]);
  return digest;
}

Result<Compared> compare(storage::SeriesSet& expected, storage::SeriesSet& found,
                         const std::function<Status(const Mismatch&)>& on_mismatch) {
  Walk a(expected);
  Walk b(found);
  Compared sum;
  const auto differ = [&](const model::Series& series, const SeriesDigest& want, const SeriesDigest& have,
                          bool damaged) -> Status {
    ++sum.mismatches;
    return on_mismatch({series, want, have, damaged});
  };
  TRY(a.next());
  TRY(b.next());
  while (a.there() || b.there()) {
    const auto order = !b.there()   ? std::strong_ordering::less
                       : !a.there() ? std::strong_ordering::greater
                                    : a.series().labels <=> b.series().labels;
    if (order <= 0) {
      if (!a.damage()) return Error(a.damage().error());
      ++sum.series;
      sum.expected += a.digest().count;
    }
    if (order >= 0) sum.found += b.digest().count;
    const bool damaged = order >= 0 && !b.damage();
    if (order < 0) {
      TRY(differ(a.series(), a.digest(), {}, false));
    } else if (order > 0) {
      TRY(differ(b.series(), {}, b.digest(), damaged));
    } else if (damaged || a.digest() != b.digest()) {
      TRY(differ(a.series(), a.digest(), b.digest(), damaged));
    }
    if (order <= 0) TRY(a.next());
    if (order >= 0) TRY(b.next());
  }
  return sum;
}

std::vector<Window> windows_of(const std::set<int64_t>& days) {
  using storage::Resolution;
  std::vector<Window> all;
  int64_t next = INT64_MIN;
  for (const int64_t day : days) {
    const int64_t first = storage::window_first(Resolution::kRaw, day);
    const int64_t last = storage::window_last(Resolution::kRaw, day);
    if (next < first) all.push_back({{{next}, {first - 1}}, {}});
    all.push_back({{{first}, {last}}, day});
    if (last == INT64_MAX) return all;
    next = last + 1;
  }
  all.push_back({{{next}, TimestampMs::max()}, {}});
  return all;
}

std::vector<model::Matcher> matchers_of(const model::Labels& labels) {
  std::vector<model::Matcher> matchers;
  for (const model::Label& label : labels) {
    matchers.push_back({model::Matcher::Op::kEqual, std::string(label.name), std::string(label.value)});
  }
  return matchers;
}

Status read_one(storage::SeriesSet& set, const model::Series& series, storage::Columns& out) {
  out.clear();
  while (set.next()) {
    if (set.series().id == series.id) return set.read(out);
  }
  return {};
}

Status read_one(const storage::Queryable& store, const model::Series& series, Range range, storage::Columns& out) {
  TRY_ASSIGN(const auto querier, store.querier(range.from, range.to));
  TRY_ASSIGN(const auto set, querier->select(matchers_of(series.labels)));
  return read_one(*set, series, out);
}

}  // namespace oreum::migrate
