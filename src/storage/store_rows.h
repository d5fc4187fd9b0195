// StoreRows: what a store's database holds at one moment, read from outside while a store may be at work on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/backend.h"
#include "storage/catalog.h"

namespace oreum::storage {

/// Reads only. The tables are those of docs/formats/sqlite-schema.md. Not thread-safe. Errors: as Backend.
class StoreRows {
 public:
  using Row = Backend::Row;
  virtual ~StoreRows() = default;

  /// Calls problem(what) for what the database itself finds wrong with its files or tables.
  virtual Status check_database(const std::function<void(std::string)>& /*problem*/) { return {}; }
  /// Empty when there is none.
  virtual Result<std::string> meta(std::string_view key) = 0;
  /// Calls row(first, data) for each block of series, rising.
  virtual Status load_series(const Row& row) = 0;
  virtual Result<std::vector<PackPtr>> load_packs() = 0;
  /// Calls row(seq, data) for each row of the journal after `after`, rising.
  virtual Status load_journal(int64_t after, const Row& row) = 0;
  /// How many packs' bytes no pack of the catalog has.
  virtual Result<uint64_t> count_orphans() = 0;
  /// Ends the moment: from here on only packs are read.
  virtual Status end_moment() { return {}; }
  /// The bytes of a pack. kDataLoss: they are missing. kUnavailable: the pack has left the catalog since that moment.
  virtual Result<std::string> read_pack(const PackMeta& meta) = 0;
  /// Everything on the disk.
  virtual Result<uint64_t> disk_bytes() = 0;
  /// For people: how what is damaged comes back.
  virtual std::string_view how_to_restore() const = 0;
};

}  // namespace oreum::storage
