// Packs on their way in and out: bytes first, then the catalog, then the bytes of what it lost.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/fault_points.h"
#include "storage/sqlite/engine.h"

namespace oreum::storage {

namespace {

constexpr size_t kFreedAtOnce = 8;  // packs, some 128 KiB each
constexpr uint64_t kCheckpointBytes = 4 << 20;
// A write-ahead log that readers and writers never let end is ended under the write lock.
constexpr uint64_t kMostWalBytes = 64 << 20;

}  // namespace

std::string SqliteEngine::where(const model::Series& series, const PackMeta& meta) {
  return fmt::format("reading {} from {} to {} (pack {})", series.labels.to_string(), format_rfc3339({meta.t_min}),
                     format_rfc3339({meta.t_max}), meta.id);
}

/// About how many times a column has that a cached pack keeps decoded.
constexpr size_t kUsualTimes = 2000;

Result<std::shared_ptr<const encoding::Pack>> SqliteEngine::load_pack(const PackMeta& meta) const {
  if (auto pack = cache_.find(meta.id)) return pack;
  TRY_ASSIGN(std::string bytes, readers_.read(meta.id));
  size_t size = bytes.size();
  TRY_ASSIGN(encoding::Pack opened, encoding::Pack::open(std::move(bytes)));
  size += opened.chunks().size_bytes() + opened.time_columns() * sizeof(int64_t) * kUsualTimes;
  auto pack = std::make_shared<const encoding::Pack>(std::move(opened));
  if (!pack->chunks().empty() && pack->chunks().back().series >= meta.refs.size()) {
    return Error(Code::kDataLoss, "it is not the pack its row names");
  }
  cache_.insert(meta.id, pack, size);
  return pack;
}

Result<std::shared_ptr<const encoding::Pack>> SqliteEngine::load_once(const PackMeta& meta) const {
  TRY_ASSIGN(std::string bytes, readers_.read(meta.id));
  TRY_ASSIGN(encoding::Pack pack, encoding::Pack::open(std::move(bytes)));
  return std::make_shared<const encoding::Pack>(std::move(pack));
}

Result<PackPtr> SqliteEngine::write_bytes(NewPack pack) {
  auto meta = std::make_shared<PackMeta>(std::move(pack.meta));
  meta->made = options_.clock.monotonic();
  const MutexLock write(write_mu_);
  meta->id = next_pack_++;  // never used again, whatever becomes of the transaction
  // What is written here counts only with the swap's commit, which waits for the disk.
  TRY(writer_.db.sync_commits(false));
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
  TRY(writer_.packs.insert_data(meta->id, pack.bytes));
  TRY(transaction.commit());
  return meta;
}

Status SqliteEngine::commit_swap(const Swap& swap) {
  TRY(writer_.db.sync_commits(true));
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
  for (const PackPtr& pack : swap.added) TRY(writer_.packs.insert(*pack));
  for (const PackPtr& pack : swap.gone) TRY(writer_.packs.erase(pack->id));
  if (!swap.rolled.empty()) {
    const auto next = catalog_for_writer().swapped(swap.gone, swap.added, swap.rolled);
    for (const auto& [day, rolled] : swap.rolled) {
      TRY(next->rolled().contains(day) ? writer_.rolled.set(day, rolled) : writer_.rolled.erase(day));
    }
  }
  if (swap.journal_upto) {
    TRY(writer_.delete_journal.bind(1, *swap.journal_upto));
    TRY(writer_.delete_journal.run());
    const std::string floor = fmt::format("{}", *swap.journal_upto);
    TRY(writer_.set_floor.bind_text(1, floor));
    TRY(writer_.set_floor.run());
  }
  TRY(fault::point(swap.before_commit));
  return transaction.commit();
}

void SqliteEngine::show_swap(const Swap& swap) {
  catalog_ = catalog_->swapped(swap.gone, swap.added, swap.rolled);
  for (const PackPtr& pack : swap.gone) garbage_.emplace_back(pack->id, pack);
}

void SqliteEngine::discard(const std::vector<PackPtr>& packs) {
  const MutexLock lock(mu_);
  for (const PackPtr& pack : packs) garbage_.emplace_back(pack->id, std::weak_ptr<const PackMeta>());
}

Status SqliteEngine::collect_garbage() {
  if (!orphans_collected_) {
    const MutexLock write(write_mu_);
    TRY_ASSIGN(const std::vector<int64_t> orphans, writer_.packs.orphans(first_pack_));
    const MutexLock lock(mu_);
    for (const int64_t id : orphans) garbage_.emplace_back(id, std::weak_ptr<const PackMeta>());
    orphans_collected_ = true;
  }
  std::vector<int64_t> ids;
  {
    const MutexLock lock(mu_);
    std::erase_if(garbage_, [&](const auto& entry) {
      if (!entry.second.expired()) return false;
      ids.push_back(entry.first);
      return true;
    });
  }
  for (size_t i = 0; i < ids.size(); i += kFreedAtOnce) {
    const std::span<const int64_t> some = std::span(ids).subspan(i, std::min(kFreedAtOnce, ids.size() - i));
    if (Status status = erase_bytes(some); !status) {
      const MutexLock lock(mu_);
      for (; i < ids.size(); ++i) garbage_.emplace_back(ids[i], std::weak_ptr<const PackMeta>());
      return status;
    }
  }
  return {};
}

Status SqliteEngine::erase_bytes(std::span<const int64_t> ids) {
  const MutexLock write(write_mu_);
  TRY(writer_.db.sync_commits(false));
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
  for (const int64_t id : ids) {
    cache_.erase(id);
    TRY(writer_.packs.erase_data(id));
  }
  TRY(fault::point(kFaultGarbageBeforeCommit));
  return transaction.commit();
}

Status SqliteEngine::checkpoint(bool all) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(file_.string() + "-wal", ec);
  if (ec || (!all && size < kCheckpointBytes)) return {};
  {
    // On a connection of its own, appends go on beside it.
    const MutexLock lock(checkpoint_mu_);
    if (!checkpointer_) {
      TRY_ASSIGN(checkpointer_, open_checkpointer(file_));
    }
    TRY(checkpointer_->exec("PRAGMA wal_checkpoint(PASSIVE)"));
  }
  if (!all && size < kMostWalBytes) return {};
  // Only if nobody reads from the log now: appends must not wait for a reader.
  const MutexLock write(write_mu_);
  return writer_.db.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 5000");
}

}  // namespace oreum::storage
