// Connections for readers: one for each running query, a few kept for the next.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "db/sqlite.h"
#include "storage/sqlite/chunk_table.h"

namespace oreum::storage {

/// One connection inside a read transaction: it sees the database as it was at its first read.
struct Reader {
  db::Database db;
  ChunkReader chunks;
};

/// Thread-safe.
class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}
  Result<std::unique_ptr<Reader>> take();
  void give_back(std::unique_ptr<Reader> reader);

 private:
  const std::filesystem::path file_;
  Mutex mu_;
  std::vector<std::unique_ptr<Reader>> idle_ GUARDED_BY(mu_);
};

}  // namespace oreum::storage
