// A journal row: one accepted batch as compact columns. docs/formats/journal.md holds the layout.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace oreum::storage {

/// Collects the samples of a batch and writes them as a row. Kept and used again, it allocates nothing.
class JournalWriter {
 public:
  void clear();
  void add(int64_t ref, TimestampMs t, double v);
  size_t size() const { return bits_.size(); }
  /// The row's bytes, good until the next call.
  std::string_view encode();

 private:
  struct Run {
    int64_t start;  // a ref or a time
    uint64_t size;
  };
  void append_values();

  std::vector<Run> refs_;   // runs of refs that rise by one
  std::vector<Run> times_;  // runs of one time
  std::vector<uint64_t> bits_;
  std::string out_;
};

/// What a row's bytes end with: two rows with the same sum are the same row, but by a chance of 1 in 4 · 10⁹.
uint32_t checksum_of_row(std::string_view bytes);

/// The samples of a row as columns of equal length.
struct JournalRow {
  std::vector<int64_t> refs;
  std::vector<int64_t> t;
  std::vector<double> v;
};

/// Replaces what `row` holds. kDataLoss when the bytes are damaged.
Status decode_journal_row(std::string_view bytes, JournalRow& row);

}  // namespace oreum::storage
