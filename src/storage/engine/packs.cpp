// Packs on their way in and out: bytes first, then the catalog, then the bytes of what it lost.
#include <algorithm>
#include <tuple>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"

namespace oreum::storage {

std::string Engine::where(const model::Series& series, const PackMeta& meta) {
  return fmt::format("reading {} from {} to {} (pack {})", series.labels.to_string(), format_rfc3339({meta.t_min}),
                     format_rfc3339({meta.t_max}), meta.id);
}

Result<std::shared_ptr<const encoding::Pack>> Engine::load_pack(const PackMeta& meta) const {
  if (auto pack = cache_.find(meta.id)) return pack;
  TRY_ASSIGN(auto pack, load_once(meta, cache_.times()));
  cache_.insert(meta.id, pack);
  return pack;
}

Result<std::shared_ptr<const encoding::Pack>> Engine::cached_pack(const PackMeta& meta) const {
  if (auto pack = cache_.find(meta.id)) return pack;
  return Error(Code::kUnavailable, "a pack is not in memory");
}

Result<std::shared_ptr<const encoding::Pack>> Engine::load_once(
    const PackMeta& meta, const std::shared_ptr<encoding::SharedTimes>& times) const {
  TRY_ASSIGN(std::string bytes, backend_->read_pack(meta));
  TRY_ASSIGN(encoding::Pack pack, encoding::Pack::open(std::move(bytes), times));
  if (!pack.chunks().empty() && pack.chunks().back().series >= meta.refs.size()) {
    return Error(Code::kDataLoss, "it is not the pack its row names");
  }
  return std::make_shared<const encoding::Pack>(std::move(pack));
}

Result<PackPtr> Engine::write_bytes(NewPack pack) {
  auto meta = std::make_shared<PackMeta>(std::move(pack.meta));
  meta->made = options_.clock.monotonic();
  const MutexLock write(write_mu_);
  TRY(ready());
  if (!leads()) return Error(Code::kUnavailable, "another Oreum leads the store now");
  meta->id = next_pack_++;  // never used again, whatever becomes of the transaction
  // What is written here counts only with the swap's commit, which waits for the disk.
  TRY_ASSIGN(const auto transaction, db().begin(Durability::kKill));
  TRY(transaction->insert_pack_data(*meta, pack.bytes));
  TRY(transaction->commit());
  return meta;
}

Status Engine::commit_swap(const Swap& swap) {
  TRY(ready());
  if (!leads()) return Error(Code::kUnavailable, "another Oreum leads the store now");
  if (swap.journal_upto && swap.rebuilt != rebuilt_) {
    return Error(Code::kUnavailable, "the journal was read again meanwhile: it is sealed anew");
  }
  TRY_ASSIGN(const auto transaction, db().begin(Durability::kPowerLoss));
  TRY(raise(*transaction));
  if (sharing_ != nullptr && !swap.added.empty()) TRY(transaction->set_meta(kNextPack, fmt::format("{}", next_pack_)));
  for (const PackPtr& pack : swap.added) TRY(transaction->insert_pack(*pack));
  for (const PackPtr& pack : swap.gone) TRY(transaction->erase_pack(pack->id));
  if (!swap.rolled.empty()) {
    const auto next = catalog_for_writer().swapped(swap.gone, swap.added, swap.rolled);
    for (const auto& [day, rolled] : swap.rolled) {
      TRY(next->rolled().contains(day) ? transaction->set_rolled(day, rolled) : transaction->erase_rolled(day));
    }
  }
  if (swap.journal_upto) {
    TRY(transaction->delete_journal(std::min(*swap.journal_upto, hold_.value_or(INT64_MAX))));
    TRY(transaction->set_meta(kJournalFloor, fmt::format("{}", *swap.journal_upto)));
  }
  TRY(fault::point(swap.before_commit));
  TRY(transaction->commit());
  raised();
  if (swap.journal_upto) floor_ = *swap.journal_upto;
  return {};
}

void Engine::show_swap(const Swap& swap) {
  catalog_ = catalog_->swapped(swap.gone, swap.added, swap.rolled);
  const Monotonic::time_point now = options_.clock.monotonic();
  for (const PackPtr& pack : swap.gone) garbage_.push_back({Backend::PackKey::of(*pack), pack, now});
}

void Engine::discard(const std::vector<PackPtr>& packs) {
  const MutexLock lock(mu_);
  for (const PackPtr& pack : packs) garbage_.push_back({Backend::PackKey::of(*pack), {}, {}});
}

Status Engine::find_orphans() {
  const MutexLock write(write_mu_);
  TRY(ready());
  if (!orphans_due_ || !leads()) return {};
  TRY_ASSIGN(const std::vector<Backend::PackKey> orphans, db().orphans(first_pack_));
  const MutexLock lock(mu_);
  // Some may have left the catalog a moment before this process took the lead.
  const Monotonic::time_point at = options_.clock.monotonic();
  for (const Backend::PackKey& key : orphans) garbage_.push_back({key, {}, at});
  orphans_due_ = false;
  return {};
}

/// A process that opens the store later than it is looked who is there takes a catalog without what has left it by
/// then.
Result<Monotonic::time_point> Engine::free_before() {
  const Monotonic::time_point now = options_.clock.monotonic();
  if (sharing_ == nullptr) return now;
  const MutexLock write(write_mu_);
  TRY(ready());
  TRY_ASSIGN(const size_t others, sharing_->others());
  const MutexLock lock(mu_);
  counters_.others = others;
  return others == 0 ? now : now - options_.grace;
}

Status Engine::collect_garbage(bool now) {
  if (!leads()) return {};
  TRY(find_orphans());
  Monotonic::time_point before = Monotonic::time_point::max();
  if (!now) {
    TRY_ASSIGN(before, free_before());
  }
  std::vector<Backend::PackKey> keys;
  {
    const MutexLock lock(mu_);
    std::erase_if(garbage_, [&](const Garbage& entry) {
      if (!entry.used.expired() || entry.left > before) return false;
      keys.push_back(entry.key);
      return true;
    });
  }
  // Those of a day together: where it has a place of its own, that goes whole.
  std::sort(keys.begin(), keys.end(), [](const Backend::PackKey& a, const Backend::PackKey& b) {
    return std::tuple(a.resolution, a.window, a.id) < std::tuple(b.resolution, b.window, b.id);
  });
  const size_t at_once = backend_->erased_at_once();
  for (size_t i = 0; i < keys.size(); i += at_once) {
    const auto some = std::span(keys).subspan(i, std::min(at_once, keys.size() - i));
    if (Status status = erase_bytes(some); !status) {
      const MutexLock lock(mu_);
      for (; i < keys.size(); ++i) garbage_.push_back({keys[i], {}, {}});
      return status;
    }
  }
  return {};
}

Status Engine::erase_bytes(std::span<const Backend::PackKey> packs) {
  const MutexLock write(write_mu_);
  TRY(ready());
  if (!leads()) return {};  // whoever leads now finds them
  TRY_ASSIGN(const auto transaction, db().begin(Durability::kKill));
  for (const Backend::PackKey& pack : packs) cache_.erase(pack.id);
  TRY(transaction->erase_pack_data(packs));
  TRY(fault::point(kFaultGarbageBeforeCommit));
  return transaction->commit();
}

Status Engine::checkpoint(bool all) {
  TRY_ASSIGN(const bool end, backend_->checkpoint(all));
  if (!end) return {};
  const MutexLock write(write_mu_);
  return db().end_log();
}

Status Engine::copy_to(const std::filesystem::path& file, const CopyProgress& progress) {
  TRY_ASSIGN(const auto copy, backend_->start_copy(file));
  std::shared_ptr<const Catalog> pinned;
  {
    const MutexLock write(write_mu_);
    TRY(copy->pin());
    pinned = catalog();
  }
  std::vector<PackPtr> packs;
  packs.reserve(pinned->packs());
  pinned->for_each([&](const PackPtr& pack) { packs.push_back(pack); });
  return copy->run(packs, progress);
}

}  // namespace oreum::storage
