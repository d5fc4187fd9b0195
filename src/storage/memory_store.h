// Samples in memory alone, as plain columns: what rules are tested over, and queries.
#pragma once

#include <map>
#include <memory>

#include "storage/queryable.h"

namespace oreum::storage {

/// Not thread-safe while it is filled; any number of threads may read between. Queriers and their series must be gone
/// before it is filled again.
class MemoryStore : public Queryable {
 public:
  /// In any order; a sample at a time that is taken replaces the one there.
  void add(const model::Labels& labels, int64_t ms, double v);
  void clear() { entries_.clear(); }
  /// How many series.
  size_t size() const { return entries_.size(); }

  Result<std::unique_ptr<Querier>> querier(TimestampMs t_min, TimestampMs t_max) const override;

 private:
  class Set;
  class View;
  struct Entry {
    model::Series series;
    Columns samples;
  };
  std::map<model::Labels, Entry> entries_;
};

}  // namespace oreum::storage
