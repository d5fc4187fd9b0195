// Memory that readers without a lock may still look at when the writer has replaced it.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace oreum::storage {

/// Frees what was retired once every pin taken before has gone. Epochs form a chain: a pin holds the epoch that was
/// newest when it was taken and, through `next`, all later ones; an epoch that nobody holds frees its garbage.
///
/// Thread rule: retire() and pin() under the owner's lock; a pin is let go of anywhere.
class Reclaimer {
 public:
  using Pin = std::shared_ptr<const void>;
  using Free = void (*)(void*);

  /// Whatever is retired from now on stays until the pin goes.
  Pin pin() const { return newest_; }

  /// `free(what)` is called when no reader can see it any more; `bytes` is about what it takes.
  void retire(void* what, Free free, size_t bytes) {
    newest_->garbage.push_back({what, free});
    pending_ += bytes;
    if (pending_ < kEpochBytes) return;
    pending_ = 0;
    newest_->next = std::make_shared<Epoch>();
    newest_ = std::shared_ptr<Epoch>(newest_->next);
  }

 private:
  // Garbage below this waits for more, so that an epoch is not made for every few bytes.
  static constexpr size_t kEpochBytes = 256 * 1024;

  struct Garbage {
    void* what;
    Free free;
  };
  struct Epoch {
    std::vector<Garbage> garbage;
    std::shared_ptr<Epoch> next;
    Epoch() = default;
    Epoch(const Epoch&) = delete;
    Epoch& operator=(const Epoch&) = delete;
    ~Epoch() {
      for (const Garbage& g : garbage) g.free(g.what);
    }
  };
  std::shared_ptr<Epoch> newest_ = std::make_shared<Epoch>();
  size_t pending_ = 0;
};

}  // namespace oreum::storage
