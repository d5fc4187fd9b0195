#include "storage/spool/spool.h"

#include <algorithm>
#include <utility>

#include "storage/sqlite/sqlite_store.h"

namespace oreum::storage {

namespace {
constexpr size_t kAtOnce = 50'000;     // samples
constexpr int64_t kReleaseEvery = 64;  // rows
}  // namespace

Result<std::shared_ptr<Spool>> Spool::open(EngineOptions options, const std::filesystem::path& folder) {
  options.folder = folder;
  options.retention = {
      .age = options.retention.age, .bytes = 0, .minutes = Retention::kNone, .hours = Retention::kNone};
  options.cache_bytes = 4'000'000;
  TRY_ASSIGN(std::unique_ptr<Store> store, SqliteStore::open(options));
  std::shared_ptr<Spool> spool(new Spool(std::move(store), folder));
  // Rows stay in the journal until they are released, whatever is written into packs meanwhile.
  TRY_ASSIGN(const int64_t held, spool->store_->migratable()->hold({}));
  spool->position_ = spool->given_ = spool->released_ = held;
  spool->samples_ = spool->store_->stats().samples;
  spool->reader_ = spool->store_->migratable()->move_reader();
  return spool;
}

Spool::~Spool() {
  reader_.reset();
  store_.reset();
  if (!emptied_) return;
  std::error_code ec;
  std::filesystem::remove_all(folder_, ec);
}

Result<AppendResult> Spool::append(const model::Batch& batch, Durability durability) {
  auto result = store_->append(batch, durability);
  if (result) samples_ += result->added;
  return result;
}

Result<bool> Spool::next(model::Batch& batch) {
  given_ = position_;
  return reader_->read_journal(given_, store_->migratable()->position(), kAtOnce, batch);
}

Status Spool::taken(const model::Batch& batch) {
  position_ = given_;
  samples_ -= std::min<uint64_t>(samples_, batch.size());
  if (given_ - released_ < kReleaseEvery && rows() > 0) return {};
  TRY(store_->migratable()->release_journal(given_));
  released_ = given_;
  return {};
}

int64_t Spool::rows() const { return store_->migratable()->position() - position_; }

uint64_t Spool::bytes() const {
  const StoreStats stats = store_->stats();
  const double all = std::max<double>(1, static_cast<double>(stats.samples));
  const double share = std::min(1.0, static_cast<double>(samples_.load()) / all);
  return static_cast<uint64_t>(static_cast<double>(stats.disk_bytes) * share);
}

}  // namespace oreum::storage
