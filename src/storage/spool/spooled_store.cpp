#include "storage/spool/spooled_store.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "base/number.h"
#include "storage/fault_points.h"
#include "storage/spool/merged.h"

namespace oreum::storage {

namespace {

constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause{5'000};
constexpr int64_t kFewRows = 32;  // that appends may wait for

/// Numbers of the folders there are, rising.
std::vector<uint64_t> numbers_in(const std::filesystem::path& folder) {
  std::vector<uint64_t> numbers;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
    if (const auto number = parse_u64(entry.path().filename().string())) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

Result<std::unique_ptr<Store>> SpooledStore::open(std::unique_ptr<Store> inner, SpoolOptions options) {
  std::unique_ptr<SpooledStore> store(new SpooledStore(std::move(inner), std::move(options)));
  {
    uint64_t highest = 0;
    TRY_ASSIGN(auto left, store->take_up(store->options_.folder, highest));
    const MutexLock lock(store->mu_);
    store->next_folder_ = highest + 1;
    store->spools_.assign(left.begin(), left.end());
  }
  store->drainer_ = std::jthread([raw = store.get()](const std::stop_token& stop) { raw->run(stop); });
  return store;
}

SpooledStore::SpooledStore(std::unique_ptr<Store> inner, SpoolOptions options)
    : inner_(std::move(inner)), options_(std::move(options)) {
  const MutexLock lock(mu_);
  stats_.limit = options_.bytes;
}

SpooledStore::~SpooledStore() {
  drainer_.request_stop();
  {
    const MutexLock lock(mu_);
    wake_.notify_all();
  }
  if (drainer_.joinable()) drainer_.join();
}

/// What an earlier program has left.
Result<std::vector<std::shared_ptr<Spool>>> SpooledStore::take_up(const std::filesystem::path& folder,
                                                                  uint64_t& highest) const {
  std::vector<std::shared_ptr<Spool>> spools;
  for (const uint64_t number : numbers_in(folder)) {
    highest = number;
    auto spool = Spool::open(options_.engine, folder / fmt::format("{}", number));
    if (!spool && spool.error().code() == Code::kUnavailable) {
      log::warn("spool: {}", spool.error().to_string());
      continue;
    }
    if (!spool) return Error(std::move(spool).error()).wrap("the spool of samples that wait for the database");
    log::info("{} samples wait in the spool for the database", (*spool)->samples());
    spools.push_back(std::move(*spool));
  }
  return spools;
}

Status SpooledStore::adopt_spool(const std::string& instance) {
  if (instance.empty() || instance == inner_->instance_id()) return {};
  const WriteLock nobody_appends(mode_mu_);
  uint64_t highest = 0;
  TRY_ASSIGN(const auto left, take_up(options_.folder.parent_path() / instance, highest));
  const MutexLock lock(mu_);
  spools_.insert(spools_.begin(), left.begin(), left.end());
  wake_.notify_all();
  return {};
}

std::shared_ptr<Spool> SpooledStore::newest() const {
  const MutexLock lock(mu_);
  return spools_.empty() ? nullptr : spools_.back();
}

Result<AppendResult> SpooledStore::append(const model::Batch& batch, Durability durability) {
  std::optional<Error> away;
  {
    const ReadLock lock(mode_mu_);
    if (newest() != nullptr) return put(batch, durability);
    auto result = inner_->append(batch, durability);
    if (result || result.error().code() != Code::kUnavailable || options_.bytes == 0) return result;
    away = std::move(result).error();
  }
  // With what it was begun for: an empty one would be let go at once.
  const WriteLock lock(mode_mu_);
  if (newest() == nullptr) TRY(begin(*away));
  return put(batch, durability);
}

Status SpooledStore::begin(const Error& away) {
  const MutexLock lock(mu_);
  const std::filesystem::path folder = options_.folder / fmt::format("{}", next_folder_);
  Status made = make_dirs(folder);
  Result<std::shared_ptr<Spool>> spool = made ? Spool::open(options_.engine, folder) : Error(made.error());
  if (!spool) {
    return Error(Code::kUnavailable, fmt::format("{}; and nothing can be spooled meanwhile: {}", away.to_string(),
                                                 spool.error().to_string()));
  }
  ++next_folder_;
  spools_.push_back(std::move(*spool));
  log::warn("{}: samples go to the spool in {} until it is back", away.to_string(), folder.string());
  wake_.notify_all();
  return fault::point(kFaultSpoolBegun);
}

Result<AppendResult> SpooledStore::put(const model::Batch& batch, Durability durability) {
  const std::shared_ptr<Spool> spool = newest();
  if (options_.bytes > 0 && spool->bytes() >= options_.bytes) {
    return Error(Code::kUnavailable,
                 fmt::format("the database is away, and the spool in {} is full ({} bytes, spool_size): bring the "
                             "database back, or raise spool_size",
                             options_.folder.string(), options_.bytes));
  }
  TRY_ASSIGN(AppendResult result, spool->append(batch, durability));
  const MutexLock lock(mu_);
  stats_.spooled += result.added;
  return result;
}

Result<std::unique_ptr<Querier>> SpooledStore::querier(TimestampMs t_min, TimestampMs t_max) const {
  std::vector<std::shared_ptr<Spool>> spools;
  {
    const MutexLock lock(mu_);
    spools.assign(spools_.begin(), spools_.end());
  }
  // The spools first: what goes over meanwhile is then in both, and not in neither.
  std::vector<MergedPart> parts(1);
  for (std::shared_ptr<Spool>& spool : spools) {
    TRY_ASSIGN(auto querier, spool->store().querier(t_min, t_max));
    parts.push_back({std::move(spool), std::move(querier)});
  }
  TRY_ASSIGN(parts[0].querier, inner_->querier(t_min, t_max));
  if (parts.size() == 1) return std::move(parts[0].querier);
  return merged(std::move(parts));
}

Result<DeleteResult> SpooledStore::delete_samples(std::span<const model::Matcher> matchers, TimestampMs t_min,
                                                  TimestampMs t_max, const std::string& reason) {
  TRY(settle());
  return inner_->delete_samples(matchers, t_min, t_max, reason);
}

Status SpooledStore::settle() {
  const MutexLock lock(mu_);
  if (spools_.empty()) return {};
  wake_.notify_all();
  return Error(Code::kUnavailable, "samples wait in the spool and go to the database first: try again");
}

void SpooledStore::redirect_spool(const std::shared_ptr<Store>& to) {
  const MutexLock lock(mu_);
  redirected_ = to;
  if (to != nullptr && !spools_.empty()) log::info("what waits in the spool goes to the store that is of record now");
  wake_.notify_all();
}

Status SpooledStore::healthy() const {
  {
    const MutexLock lock(mu_);
    if (!spools_.empty()) {
      if (problem_ && problem_->code() != Code::kUnavailable) return *problem_;
      if (spools_.back()->bytes() < options_.bytes || options_.bytes == 0) return {};
      return Error(Code::kResourceExhausted, "the database is away, and the spool is full");
    }
  }
  return inner_->healthy();
}

std::optional<SpoolStats> SpooledStore::spool() const {
  const MutexLock lock(mu_);
  SpoolStats stats = stats_;
  for (const auto& spool : spools_) {
    stats.samples += spool->samples();
    stats.bytes += spool->bytes();
  }
  stats.active = !spools_.empty();
  if (problem_) stats.problem = problem_->to_string();
  return stats;
}

void SpooledStore::run(const std::stop_token& stop) {
  milliseconds pause = kFirstPause;
  while (!stop.stop_requested()) {
    if (newest() == nullptr) {
      pause = kFirstPause;
      wait(kLongestPause, stop);
      continue;
    }
    const Status drained = drain(stop);
    {
      const MutexLock lock(mu_);
      problem_ = drained ? std::nullopt : std::optional(drained.error());
    }
    if (drained) continue;
    if (drained.error().code() != Code::kUnavailable) log::error("spool: {}", drained.error().to_string());
    wait(pause, stop);
    pause = std::min(pause * 2, kLongestPause);
  }
}

Status SpooledStore::drain(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::shared_ptr<Spool> oldest;
    bool only = false;
    {
      const MutexLock lock(mu_);
      if (spools_.empty()) return {};
      oldest = spools_.front();
      only = spools_.size() == 1;
    }
    if (oldest->rows() > kFewRows || (!only && oldest->rows() > 0)) {
      TRY(drain_some(*oldest));
      continue;
    }
    // The last few while appends wait, so that there is an end.
    const WriteLock nobody_appends(mode_mu_);
    for (;;) {
      TRY_ASSIGN(const bool any, drain_some(*oldest));
      if (!any) break;
    }
    TRY(fault::point(kFaultSpoolEmptied));
    oldest->let_go();
    const MutexLock lock(mu_);
    spools_.pop_front();
    if (spools_.empty()) log::info("the spool is empty: samples go to the database again");
  }
  return {};
}

Result<bool> SpooledStore::drain_some(Spool& spool) {
  TRY_ASSIGN(const bool any, spool.next(batch_));
  if (!any) return false;
  std::shared_ptr<Store> elsewhere;
  {
    const MutexLock lock(mu_);
    elsewhere = redirected_;
  }
  Store& to = elsewhere == nullptr ? *inner_ : *elsewhere;
  TRY_ASSIGN(const AppendResult result, to.append(batch_, Durability::kPowerLoss));
  TRY(fault::point(kFaultSpoolDrained));
  account(result);
  TRY(spool.taken(batch_));
  return true;
}

void SpooledStore::account(const AppendResult& result) {
  const uint64_t refused = result.conflict_count + result.too_old + result.rejected;
  if (refused > 0) {
    log::warn(
        "spool: the database refused {} samples of {} ({} contradict what it holds, {} too old, {} of new series "
        "above a limit){}",
        refused, refused + result.added + result.duplicates, result.conflict_count, result.too_old, result.rejected,
        result.conflicts.empty() ? "" : ", first " + result.conflicts.front().series);
  }
  const MutexLock lock(mu_);
  stats_.drained += result.added + result.duplicates;
  stats_.refused += refused;
}

void SpooledStore::wait(milliseconds time, const std::stop_token& stop) {
  const auto until = Monotonic::now() + time;
  const MutexLock lock(mu_);
  if (!stop.stop_requested()) wake_.wait_until(mu_, until);
}

}  // namespace oreum::storage
