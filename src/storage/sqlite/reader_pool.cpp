#include "storage/sqlite/reader_pool.h"

#include "storage/sqlite/schema.h"

namespace oreum::storage {

namespace {
constexpr size_t kKept = 4;
}

Result<std::unique_ptr<Reader>> ReaderPool::take() {
  std::unique_ptr<Reader> reader;
  {
    const MutexLock lock(mu_);
    if (!idle_.empty()) {
      reader = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (reader == nullptr) {
    TRY_ASSIGN(db::Database db, open_reader(file_));
    TRY_ASSIGN(ChunkReader chunks, ChunkReader::make(db));
    reader = std::make_unique<Reader>(std::move(db), std::move(chunks));
  }
  TRY(reader->db.exec("BEGIN"));
  return reader;
}

void ReaderPool::give_back(std::unique_ptr<Reader> reader) {
  // Ending the read transaction lets the write-ahead log be reused.
  reader->db.rollback();
  const MutexLock lock(mu_);
  if (idle_.size() < kKept && !reader->db.in_transaction()) idle_.push_back(std::move(reader));
}

}  // namespace oreum::storage
