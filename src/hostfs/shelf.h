// Shelf: many small files of one collector, read again and again through one buffer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>

#include "base/file.h"
#include "hostfs/hostfs.h"

namespace oreum::hostfs {

/// The first `most` files stay open, which spares more than half of what a reading costs; beyond that each reading
/// opens and closes: a machine may have more processes, control groups or devices than a program may have descriptors.
/// Not thread-safe.
class Shelf {
 public:
  explicit Shelf(size_t most) : most_(most) {}
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  /// One file's place. Goes before its shelf.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& o) noexcept
        : fd_(std::move(o.fd_)), shelf_(std::exchange(o.shelf_, nullptr)), seen_(o.seen_), skip_(o.skip_) {}
    Slot& operator=(Slot&& o) noexcept {
      std::swap(fd_, o.fd_);
      std::swap(shelf_, o.shelf_);
      seen_ = o.seen_;
      skip_ = o.skip_;
      return *this;
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { close(); }

   private:
    friend class Shelf;
    void keep(Shelf& shelf, Fd fd);
    void close();

    Fd fd_;
    Shelf* shelf_ = nullptr;  // where an open one is counted
    bool seen_ = false;       // as in KeptFile
    int skip_ = 0;
  };

  /// The whole text of the file at `path`, taken from `folder` when it is relative; empty when it cannot be read. A
  /// slot serves the same path always. One never seen is looked for at every KeptFile::kSeldom-th reading only. The
  /// view is good until the next call.
  std::optional<std::string_view> read(Slot& slot, const char* path, int folder = AT_FDCWD);

 private:
  enum class Outcome { kRead, kNotNow, kGone };
  Outcome read_text(int fd);

  const size_t most_;
  size_t open_ = 0;
  std::string buffer_;
  size_t size_ = 0;  // of the text in buffer_
};

}  // namespace oreum::hostfs
