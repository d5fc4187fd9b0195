// Connections for readers: one for each running read, a few kept for the next.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "db/sqlite.h"

namespace oreum::storage {

/// Thread-safe. Packs never change, so each read stands for itself: no transaction is held open.
class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}
  /// The bytes of a pack; kDataLoss when they are missing.
  Result<std::string> read(int64_t id);

 private:
  struct Reader {
    db::Database db;
    db::Statement select;
  };
  Result<std::unique_ptr<Reader>> take();

  const std::filesystem::path file_;
  Mutex mu_;
  std::vector<std::unique_ptr<Reader>> idle_ GUARDED_BY(mu_);
};

}  // namespace oreum::storage
