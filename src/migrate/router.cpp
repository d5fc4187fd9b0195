#include "migrate/router.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/core.h>

#include "storage/migratable.h"

namespace oreum::migrate {

namespace {

// How long a writer waits for a switch, which is to take less than a second.
constexpr std::chrono::seconds kPatience(10);
constexpr size_t kMostNotes = 64;

constexpr std::chrono::minutes kKeptAfterwards(10);

/// Keeps the store that it reads; notes what is selected when it is given somebody to note it.
class RoutedQuerier final : public storage::Querier {
 public:
  RoutedQuerier(std::shared_ptr<storage::Store> store, std::unique_ptr<storage::Querier> inner, Range range,
                const Router* noted_by)
      : store_(std::move(store)), inner_(std::move(inner)), range_(range), noted_by_(noted_by) {}

  bool only_at_hand() override { return inner_->only_at_hand(); }
  Result<std::unique_ptr<storage::SeriesSet>> select(std::span<const model::Matcher> matchers) override {
    if (noted_by_ != nullptr) noted_by_->note_read({range_, {matchers.begin(), matchers.end()}});
    return inner_->select(matchers);
  }
  Result<std::vector<std::string>> label_names(std::span<const model::Matcher> matchers) override {
    return inner_->label_names(matchers);
  }
  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const model::Matcher> matchers) override {
    return inner_->label_values(name, matchers);
  }

 private:
  const std::shared_ptr<storage::Store> store_;
  const std::unique_ptr<storage::Querier> inner_;
  const Range range_;
  const Router* const noted_by_;
};

}  // namespace

Router::Router(std::shared_ptr<storage::Store> active) : active_(std::move(active)) {}

Result<storage::AppendResult> Router::append(const model::Batch& batch, storage::Durability durability) {
  const Deadline deadline = Deadline::in(kPatience);
  for (;;) {
    // This process closes the gate only when it leads a migration.
    if (!gate_.enter(deadline)) return Error(Code::kUnavailable, "a migration is switching stores: try again");
    const std::shared_ptr<storage::Store> store = active();
    auto result = store->append(batch, durability);
    gate_.leave();
    if (result || result.error().code() != Code::kFailedPrecondition) return result;
    const storage::Migratable* migratable = store->migratable();
    if (migratable == nullptr || !migratable->retired()) return result;
    // Another process has led it away. Where this one comes to may be led away, too, before it gets there.
    TRY(go_along_from(*store, result.error(), deadline));
  }
}

Status Router::go_along_from(const storage::Store& refused, const Error& why, Deadline deadline) {
  if (led_away_) led_away_();
  const MutexLock lock(mu_);
  while (active_.get() == &refused && !stuck_ && !deadline.passed()) routed_.wait_until(mu_, deadline.at());
  if (active_.get() != &refused) return {};
  return Error(Code::kUnavailable,
               fmt::format("{}; this Oreum goes along when it can{}", why.to_string(),
                           stuck_ ? fmt::format(" ({})", stuck_->to_string()) : std::string(": try again")));
}

std::shared_ptr<storage::Store> Router::left(const std::string& instance) const {
  const MutexLock lock(mu_);
  const auto it =
      std::find_if(left_.begin(), left_.end(), [&](const Left& left) { return left.store->instance_id() == instance; });
  return it == left_.end() ? nullptr : it->store;
}

void Router::let_go_of_left(Monotonic::time_point now) {
  std::vector<Left> gone;  // ends after the lock: a store's threads may have something to finish
  const MutexLock lock(mu_);
  const auto first = std::partition(left_.begin(), left_.end(), [&](const Left& left) {
    return now - left.since < kKeptAfterwards || !left.store->settle();
  });
  std::move(first, left_.end(), std::back_inserter(gone));
  left_.erase(first, left_.end());
}

void Router::set_stuck(std::optional<Error> why) {
  const MutexLock lock(mu_);
  stuck_ = std::move(why);
  routed_.notify_all();
}

Result<std::unique_ptr<storage::Querier>> Router::querier(TimestampMs t_min, TimestampMs t_max) const {
  std::shared_ptr<storage::Store> store = active();
  TRY_ASSIGN(auto querier, store->querier(t_min, t_max));
  const unsigned percent = percent_;
  // Evenly spread: of 100 in a row, so many.
  const uint64_t n = percent == 0 ? 0 : reads_++;
  const bool noted = n * percent / 100 != (n + 1) * percent / 100;
  return std::make_unique<RoutedQuerier>(std::move(store), std::move(querier), Range{t_min, t_max},
                                         noted ? this : nullptr);
}

std::shared_ptr<storage::Store> Router::active() const {
  const MutexLock lock(mu_);
  return active_;
}

void Router::route_to(std::shared_ptr<storage::Store> store) {
  const MutexLock lock(mu_);
  std::erase_if(left_, [&](const Left& left) { return left.store == store; });
  left_.push_back({std::exchange(active_, std::move(store)), Monotonic::now()});
  stuck_.reset();
  routed_.notify_all();
}

std::optional<CanaryRead> Router::take_read() const {
  const MutexLock lock(mu_);
  if (notes_.empty()) return std::nullopt;
  CanaryRead read = std::move(notes_.front());
  notes_.pop_front();
  return read;
}

void Router::note_read(CanaryRead read) const {
  const MutexLock lock(mu_);
  if (notes_.size() < kMostNotes) notes_.push_back(std::move(read));
}

}  // namespace oreum::migrate
