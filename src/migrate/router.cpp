#include "migrate/router.h"

#include <utility>

namespace oreum::migrate {

namespace {

// How long a writer waits for a switch, which is to take less than a second.
constexpr std::chrono::seconds kPatience(10);
constexpr size_t kMostNotes = 64;

/// Notes what is selected.
class NotedQuerier final : public storage::Querier {
 public:
  NotedQuerier(const Router& router, Range range, std::unique_ptr<storage::Querier> inner)
      : router_(router), range_(range), inner_(std::move(inner)) {}

  Result<std::unique_ptr<storage::SeriesSet>> select(std::span<const model::Matcher> matchers) override {
    router_.note_read({range_, {matchers.begin(), matchers.end()}});
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
  const Router& router_;
  const Range range_;
  const std::unique_ptr<storage::Querier> inner_;
};

}  // namespace

Router::Router(std::shared_ptr<storage::Store> active) : active_(std::move(active)) {}

Result<storage::AppendResult> Router::append(const model::Batch& batch, storage::Durability durability) {
  if (!gate_.enter(Deadline::in(kPatience))) {
    return Error(Code::kUnavailable, "a migration is switching stores: try again");
  }
  auto result = active()->append(batch, durability);
  gate_.leave();
  return result;
}

Result<std::unique_ptr<storage::Querier>> Router::querier(TimestampMs t_min, TimestampMs t_max) const {
  auto querier = active()->querier(t_min, t_max);
  const unsigned percent = percent_;
  if (!querier || percent == 0) return querier;
  // Evenly spread: of 100 in a row, so many.
  const uint64_t n = reads_++;
  if (n * percent / 100 == (n + 1) * percent / 100) return querier;
  return std::make_unique<NotedQuerier>(*this, Range{t_min, t_max}, std::move(*querier));
}

std::shared_ptr<storage::Store> Router::active() const {
  const MutexLock lock(mu_);
  return active_;
}

void Router::route_to(std::shared_ptr<storage::Store> store) {
  const MutexLock lock(mu_);
  left_.push_back(std::exchange(active_, std::move(store)));
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
