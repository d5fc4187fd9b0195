// A set of series refs as runs of neighbours: the series of a pack, in a few bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oreum::storage {

/// Refs are 0 … 2^62 and rise; the n-th of them is the series with ordinal n in its pack. Immutable but for add;
/// threads may share it.
class RefRuns {
 public:
  struct Run {
    int64_t first = 0;
    uint32_t size = 0;
    uint32_t ordinal = 0;  // of `first`
    int64_t last() const { return first + size - 1; }
  };

  /// `ref` is after all others; its ordinal is returned.
  uint32_t add(int64_t ref);
  bool empty() const { return runs_.empty(); }
  uint32_t size() const { return runs_.empty() ? 0 : runs_.back().ordinal + runs_.back().size; }
  int64_t front() const { return runs_.front().first; }
  int64_t back() const { return runs_.back().last(); }
  const std::vector<Run>& runs() const { return runs_; }
  std::optional<uint32_t> ordinal(int64_t ref) const;
  int64_t ref(uint32_t ordinal) const;
  /// Whether the ranges from first to last ref meet.
  bool meets(const RefRuns& o) const { return front() <= o.back() && o.front() <= back(); }

  /// varint of the first ref, then size − 1 and gap − 2 of each run as varints.
  std::string encode() const;
  /// kDataLoss when it is damaged, or empty.
  static Result<RefRuns> decode(std::string_view bytes);

 private:
  std::vector<Run> runs_;
};

}  // namespace oreum::storage
