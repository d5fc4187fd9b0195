// What a query sees of the index.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/cardinality.h"
#include "storage/index.h"
#include "storage/index_select.h"
#include "storage/match.h"

namespace oreum::storage {

/// The series of a head as they were when the view was made, read without any lock: a writer adds and erases meanwhile.
/// A series erased since may or may not be found; its HeadSeries stays in memory as long as the view. Any thread, one
/// at a time. Cheap to make and to copy; not to be kept long, for it keeps what was erased.
class IndexView {
 public:
  IndexView(std::shared_ptr<const LabelIndex> index, Reclaimer::Pin pin)
      : pin_(std::move(pin)), index_(std::move(index)), limit_(index_->ordinals()) {}

  /// Those that match, sorted by labels. Of a HeadSeries only `series` and `ref` may be read without a lock.
  std::vector<HeadSeries*> select(const CompiledMatchers& matchers) const;
  /// How many may match, at most: quick, and rough.
  size_t at_most(const CompiledMatchers& matchers) const { return most_ordinals(*index_, matchers); }
  /// Calls f(const HeadSeries&) for each, in the order they came.
  template <typename F>
  void for_each(F&& f) const {
    for (uint32_t i = 0; i < limit_; ++i) {
      if (const HeadSeries* series = index_->series(i)) f(*series);
    }
  }
  /// Sorted distinct names of labels, or values of one label, of those that match.
  std::vector<std::string> label_names(const CompiledMatchers& matchers) const;
  std::vector<std::string> label_values(std::string_view name, const CompiledMatchers& matchers) const;
  /// Where the series come from: the first `limit` of each list.
  Cardinality cardinality(size_t limit) const;

 private:
  std::vector<uint32_t> found(const CompiledMatchers& matchers) const;

  Reclaimer::Pin pin_;  // goes last
  std::shared_ptr<const LabelIndex> index_;
  uint32_t limit_;
};

}  // namespace oreum::storage
