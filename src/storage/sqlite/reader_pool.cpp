#include "storage/sqlite/reader_pool.h"

#include <fmt/core.h>

#include "encoding/pack.h"
#include "storage/sqlite/schema.h"

namespace oreum::storage {

namespace {
constexpr size_t kKept = 4;
}

Result<std::unique_ptr<ReaderPool::Reader>> ReaderPool::take() {
  {
    const MutexLock lock(mu_);
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  TRY_ASSIGN(db::Database db, open_reader(file_));
  TRY_ASSIGN(db::Statement select, db.prepare("SELECT data FROM pack_data WHERE id = ?1"));
  return std::make_unique<Reader>(std::move(db), std::move(select));
}

Result<std::string> ReaderPool::read(int64_t id) {
  TRY_ASSIGN(std::unique_ptr<Reader> reader, take());
  TRY(reader->select.bind(1, id));
  TRY_ASSIGN(const bool row, reader->select.step());
  std::string bytes = encoding::with_pack_slack(row ? reader->select.column_bytes(0) : std::string_view());
  reader->select.reset();
  if (!row) return Error(Code::kDataLoss, fmt::format("the bytes of pack {} are missing", id));
  const MutexLock lock(mu_);
  if (idle_.size() < kKept) idle_.push_back(std::move(reader));
  return bytes;
}

}  // namespace oreum::storage
