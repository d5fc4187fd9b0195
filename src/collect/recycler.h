// Recycler: shared objects whose memory is used again once nobody looks at them any more.
#pragma once

#include <memory>
#include <vector>

namespace oreum::collect {

/// Hands out objects that are then published as shared_ptr<const T>. One thread (or lock) takes; any thread lets go.
template <typename T>
class Recycler {
 public:
  /// An object nobody else holds: as its last user left it, or new.
  std::shared_ptr<T> take() {
    for (const std::shared_ptr<T>& kept : kept_) {
      // 1: only this vector holds it, and nobody can get at it but through this vector.
      if (kept.use_count() == 1) return kept;  // the copy's increment orders us after the last user's decrement
    }
    auto made = std::make_shared<T>();
    if (kept_.size() < kMost) kept_.push_back(made);
    return made;
  }

 private:
  // The latest, the one before it that a reader still writes out, and one to fill. Slow readers cost an allocation.
  static constexpr size_t kMost = 4;
  std::vector<std::shared_ptr<T>> kept_;
};

}  // namespace oreum::collect
