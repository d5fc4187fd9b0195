// Which series of an index match.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/index.h"
#include "storage/match.h"

namespace oreum::storage {

/// Ordinals below `limit` of the series that match all of the matchers, rising; some may have been erased. A regular
/// expression is tried once for each value of its label, or once for each value among the series that are left when
/// those are fewer.
std::vector<uint32_t> select_ordinals(const LabelIndex& index, uint32_t limit, const CompiledMatchers& matchers);

/// How many it may be at most, by the lengths of the lists of those matchers that name values.
size_t most_ordinals(const LabelIndex& index, const CompiledMatchers& matchers);

/// A set of ordinals below a limit.
class OrdinalSet {
 public:
  explicit OrdinalSet(uint32_t limit) : limit_(limit), words_((size_t{limit} + 63) / 64) {}
  void add(uint32_t ordinal) { words_[ordinal / 64] |= uint64_t{1} << (ordinal % 64); }
  void add(const Postings::View& postings);
  bool has(uint32_t ordinal) const { return ordinal < limit_ && (words_[ordinal / 64] >> (ordinal % 64) & 1) != 0; }
  /// Whether it has one of them.
  bool meets(const Postings::View& postings) const;
  std::vector<uint32_t> sorted() const;

 private:
  uint32_t limit_;
  std::vector<uint64_t> words_;
};

}  // namespace oreum::storage
