// `oreum check store`: walks a whole store and says what is wrong with it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/store_rows.h"

namespace oreum::storage {

struct Finding {
  std::string what;
  std::string advice;  // what to do
};

struct CheckReport {
  std::vector<Finding> findings;  // the first of them
  uint64_t problems = 0;          // all of them
  uint64_t series = 0;
  uint64_t packs = 0;
  uint64_t pack_samples = 0;  // raw
  uint64_t rollup_rows = 0;
  uint64_t journal_rows = 0;
  uint64_t journal_samples = 0;
  uint64_t garbage_packs = 0;  // bytes that no pack has; not a problem
  uint64_t gone_packs = 0;     // left the store while it was read: not looked at; not a problem
  uint64_t file_bytes = 0;     // everything on the disk
  bool clean() const { return problems == 0; }
};

struct CheckOptions {
  size_t most_findings = 100;
  /// Called now and then with bytes of packs read, and all there are.
  std::function<void(uint64_t, uint64_t)> progress;
};

/// Reads every table, every pack and every journal row: checksums, counts, digests, times, the index against what it
/// names, and whether a sample is there twice. Reads only, as of one moment; an Oreum may run on the store meanwhile.
/// An error when the database cannot be read at all; what is wrong inside is in the report.
Result<CheckReport> check_rows(StoreRows& rows, const CheckOptions& options);

}  // namespace oreum::storage
