// The read side of a store: Queryable → Querier → SeriesSet. The query language and the APIs see storage only so.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/raw_vector.h"
#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"
#include "storage/bucket.h"

namespace oreum::storage {

/// Samples of one series as columns of equal length, times rising strictly.
struct Columns {
  RawVector<int64_t> t;  // milliseconds, see TimestampMs
  RawVector<double> v;
  void clear() {
    t.clear();
    v.clear();
  }
};

/// Where buckets come from.
enum class RollupUse {
  kWherePossible,   // rollups wherever they are of all the samples there are
  kWhereRawIsGone,  // samples wherever they still are
};

/// Series in the order of their labels. Not thread-safe; must not outlive its Querier.
///
///   while (set->next()) { use(set->series()); TRY(set->read(columns)); }
class SeriesSet {
 public:
  virtual ~SeriesSet() = default;
  /// What is read from here on is read once: it does not drive out of memory what queries read again and again.
  virtual void read_once() {}
  /// Moves to the next series; false at the end.
  virtual bool next() = 0;
  virtual const model::Series& series() const = 0;
  /// The samples of this series in the querier's time range, stale markers included, replacing what `out` holds.
  /// kDataLoss names the damaged chunk; other series can still be read.
  virtual Status read(Columns& out) = 0;
  /// Whether this series may have samples in the querier's range; true when in doubt. Cheaper than to read them.
  virtual Result<bool> may_have_samples() {
    Columns samples;
    TRY(read(samples));
    return !samples.t.empty();
  }
  /// The samples of this series as buckets of a minute or an hour, replacing what `out` holds: the same from rollups as
  /// from samples. True when some come from rollups. A bucket that begins before the querier's range may be there
  /// whole, and so may one that ends after it, where its samples are gone.
  virtual Result<bool> read_buckets(Resolution r, RollupUse /*use*/, std::vector<Bucket>& out) {
    out.clear();
    Columns samples;
    TRY(read(samples));
    to_buckets(samples.t, samples.v, bucket(r), out);
    return false;
  }
};

/// As many as only_at_hand() allows.
inline constexpr size_t kSeriesAtHand = 16;

/// One consistent view of a time range: what was appended before it was made is there, later appends may be.
/// Not thread-safe; make one a query.
class Querier {
 public:
  virtual ~Querier() = default;
  /// From now on, select() and what it gives answer kUnavailable at once where they would need the disk or more than a
  /// few series: for threads that must not wait. False: this querier cannot tell, and changes nothing.
  virtual bool only_at_hand() { return false; }
  /// Series that match all of the matchers; with none, all series. Series without a sample in the range may be there.
  /// kInvalidArgument for a bad regular expression.
  virtual Result<std::unique_ptr<SeriesSet>> select(std::span<const model::Matcher> matchers) = 0;
  /// Sorted distinct label names, or values of one label, of the matching series.
  virtual Result<std::vector<std::string>> label_names(std::span<const model::Matcher> matchers) = 0;
  virtual Result<std::vector<std::string>> label_values(std::string_view name,
                                                        std::span<const model::Matcher> matchers) = 0;
};

/// Thread-safe.
class Queryable {
 public:
  virtual ~Queryable() = default;
  /// A view of t_min ≤ t ≤ t_max.
  virtual Result<std::unique_ptr<Querier>> querier(TimestampMs t_min, TimestampMs t_max) const = 0;
};

}  // namespace oreum::storage
