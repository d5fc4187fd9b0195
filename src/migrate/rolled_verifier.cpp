#include "migrate/rolled_verifier.h"

#include <set>

#include <fmt/core.h>

#include "storage/rollup.h"

namespace oreum::migrate {

namespace {

constexpr int kRounds = 4;

std::string text_of(const RolledVerifier::Window& window) {
  using storage::Resolution;
  return fmt::format("the rollups of {} from {}", window.resolution == Resolution::kMinute ? "minutes" : "hours",
                     format_rfc3339({storage::window_first(window.resolution, window.number)}));
}

}  // namespace

std::vector<RolledVerifier::Window> RolledVerifier::windows() const {
  std::vector<Window> all;
  for (const storage::Resolution resolution : storage::kRollupResolutions) {
    std::set<int64_t> numbers = from_.rolled_windows(resolution);
    numbers.merge(to_.rolled_windows(resolution));
    for (const int64_t number : numbers) all.push_back({resolution, number});
  }
  return all;
}

Result<bool> RolledVerifier::verify(const Window& window) {
  std::string last;
  for (int round = 0; round < kRounds; ++round) {
    TRY_ASSIGN(const storage::RolledWindow expected, from_.read_rolled(window.resolution, window.number));
    if (!expected.damage.empty()) {
      return Error(Code::kDataLoss,
                   fmt::format("reading {} of the store of record: {}", text_of(window), expected.damage.front()));
    }
    TRY_ASSIGN(const storage::RolledWindow found, to_.read_rolled(window.resolution, window.number));
    TRY_ASSIGN(const storage::Catalog::Days days, differing(expected, found));
    if (days.empty() && found.damage.empty()) return round > 0;
    last = found.damage.empty() ? fmt::format("{} days differ", days.size()) : found.damage.front();
    finding_(fmt::format("{}: {}", text_of(window), last));
    TRY(replace(window, days, expected));
  }
  return Error(Code::kDataLoss,
               fmt::format("{}: the stores differ and copying again does not help: {}", text_of(window), last));
}

/// While the source is paused, both stores know the same of every day. Once it goes on, it alone makes rollups, and
/// lets go of some: days of which it knows something else than the other are that store's own to make again.
Result<storage::Catalog::Days> RolledVerifier::differing(const storage::RolledWindow& expected,
                                                         const storage::RolledWindow& found) const {
  TRY_ASSIGN(const auto paused, from_.record(storage::kRecordPaused));
  storage::Catalog::Days days;
  const auto look_at = [&](int64_t day) {
    const auto a = expected.days.find(day);
    const auto b = found.days.find(day);
    const storage::RolledDay want = a == expected.days.end() ? storage::RolledDay{} : a->second;
    const storage::RolledDay have = b == found.days.end() ? storage::RolledDay{} : b->second;
    if (want != have && (paused || want.known == have.known)) days.emplace(day, want.known);
  };
  for (const auto& [day, unused] : expected.days) look_at(day);
  for (const auto& [day, unused] : found.days) look_at(day);
  return days;
}

Status RolledVerifier::replace(const Window& window, const storage::Catalog::Days& days,
                               const storage::RolledWindow& expected) {
  const std::unique_ptr<storage::MoveReader> reader = from_.move_reader();
  size_t next = 0;
  return to_.replace_rolled(window.resolution, window.number, days, [&]() -> Result<std::optional<storage::Unit>> {
    if (days.empty() || next == expected.packs.size()) return std::optional<storage::Unit>();
    TRY_ASSIGN(storage::Unit unit, reader->read_unit(expected.packs[next++]));
    return std::optional(std::move(unit));
  });
}

}  // namespace oreum::migrate
