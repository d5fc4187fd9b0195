// Verifier: compares a store with the one that follows it, window by window, while appends go on, and copies again what
// differs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "migrate/compare.h"
#include "migrate/follower.h"
#include "storage/store.h"

namespace oreum::migrate {

struct Verified {
  uint64_t windows = 0;
  uint64_t series = 0;                // summed over windows
  uint64_t samples = 0;               // that were compared
  uint64_t repaired = 0;              // series of a window, and windows of rollups, that were copied again
  std::vector<std::string> findings;  // the first few, for people
};

/// Not thread-safe. Everything it is given outlives it.
class Verifier {
 public:
  /// Told of windows done and windows in all; an error ends the work with it.
  using Progress = std::function<Status(uint64_t done, uint64_t all, const Verified& so_far)>;

  Verifier(storage::Store& from, storage::Store& to, Follower& follower) : from_(from), to_(to), follower_(follower) {}

  /// All there is. kDataLoss: they differ and copying again does not help, or the source itself is damaged.
  Result<Verified> run(const Progress& progress);
  /// One range, of the series that match, without repair.
  Result<Compared> look(Range range, std::span<const model::Matcher> matchers);

 private:
  /// By the days of which either store has packs.
  std::vector<Window> windows() const;
  Status verify(const Window& window);
  Result<bool> verify_once(const Window& window);
  /// Both at one position.
  Result<Compared> compare_now(Range range, std::span<const model::Matcher> matchers,
                               std::vector<Mismatch>& mismatches);
  /// One series of both at one position; `samples` are those expected.
  struct Pair {
    SeriesDigest expected;
    SeriesDigest found;
    bool damaged = false;
    storage::Columns samples;
  };
  Status read_both(const model::Series& series, Range range, Pair& pair);
  Status copy_again(const model::Series& series, Range range, const storage::Columns& samples);
  /// Rows of the other store alone are its own.
  Status verify_audit();
  Status repair_doubled(const Window& window, uint64_t extra);
  void finding(std::string text);

  storage::Store& from_;
  storage::Store& to_;
  Follower& follower_;
  Verified result_;
};

}  // namespace oreum::migrate
