// RolledVerifier: compares the rollups of two stores, day by day, and puts the source's in the place of those that
// differ. Rollups outlive their samples: where those have gone, nothing else would tell.
// docs/decisions/0018-verified-rollups.md.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/migratable.h"

namespace oreum::migrate {

/// Not thread-safe. Everything it is given outlives it.
class RolledVerifier {
 public:
  struct Window {
    storage::Resolution resolution;
    int64_t number;
  };
  using Finding = std::function<void(std::string)>;

  RolledVerifier(storage::Migratable& from, storage::Migratable& to, Finding finding)
      : from_(from), to_(to), finding_(std::move(finding)) {}

  /// Of which either store has rollups.
  std::vector<Window> windows() const;
  /// Whether anything was put right. kDataLoss: they differ and copying again does not help, or the source itself is
  /// damaged.
  Result<bool> verify(const Window& window);

 private:
  /// The days whose rows are to be replaced, and what is known of them in the source.
  Result<storage::Catalog::Days> differing(const storage::RolledWindow& expected,
                                           const storage::RolledWindow& found) const;
  Status replace(const Window& window, const storage::Catalog::Days& days, const storage::RolledWindow& expected);

  storage::Migratable& from_;
  storage::Migratable& to_;
  const Finding finding_;
};

}  // namespace oreum::migrate
