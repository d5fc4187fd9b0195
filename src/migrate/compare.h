// Whether two stores hold the same, read back by their public read path: count, first and last time and an order-free
// hash of each series over a range.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "storage/queryable.h"

namespace oreum::migrate {

/// What is compared of a series over a range; does not depend on how a store keeps it.
struct SeriesDigest {
  uint64_t count = 0;
  int64_t first = 0;
  int64_t last = 0;
  uint64_t hash = 0;  // sum of sample_hash
  bool operator==(const SeriesDigest&) const = default;
};
SeriesDigest digest_of(const storage::Columns& samples);

struct Mismatch {
  model::Series series;
  SeriesDigest expected;
  SeriesDigest found;
  bool damaged = false;  // what was to be found could not be read
};

struct Compared {
  uint64_t series = 0;    // with samples in the range
  uint64_t expected = 0;  // samples
  uint64_t found = 0;
  uint64_t mismatches = 0;
};

struct Range {
  TimestampMs from;
  TimestampMs to;
};

/// Compares all series that match. Damage of what is expected ends it with kDataLoss; of what is found, it is a
/// mismatch.
Result<Compared> compare(storage::SeriesSet& expected, storage::SeriesSet& found,
                         const std::function<Status(const Mismatch&)>& on_mismatch);

/// A day of which there are packs, or what lies between two of them.
struct Window {
  Range range;
  std::optional<int64_t> day;
};
/// The days and what lies between them: together all of time.
std::vector<Window> windows_of(const std::set<int64_t>& days);

/// Exactly the series with these labels, and those with more.
std::vector<model::Matcher> matchers_of(const model::Labels& labels);

/// Reads one series of a set; no samples when it is not there.
Status read_one(storage::SeriesSet& set, const model::Series& series, storage::Columns& out);
/// … over a range.
Status read_one(const storage::Queryable& store, const model::Series& series, Range range, storage::Columns& out);

}  // namespace oreum::migrate
