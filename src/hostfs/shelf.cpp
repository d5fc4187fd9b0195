#include "hostfs/shelf.h"

#include <cerrno>

#include <unistd.h>

namespace oreum::hostfs {

namespace {

constexpr size_t kFirstBuffer = 4096;
constexpr size_t kLargest = size_t{8} << 20;  // a control group's list of a million processes

}  // namespace

void Shelf::Slot::keep(Shelf& shelf, Fd fd) {
  fd_ = std::move(fd);
  shelf_ = &shelf;
  ++shelf.open_;
}

void Shelf::Slot::close() {
  if (shelf_ == nullptr) return;
  fd_ = Fd();
  --std::exchange(shelf_, nullptr)->open_;
}

std::optional<std::string_view> Shelf::read(Slot& slot, const char* path, int folder) {
  if (slot.fd_.valid()) {
    const Outcome outcome = read_text(slot.fd_.get());
    if (outcome == Outcome::kRead) return std::string_view(buffer_.data(), size_);
    if (outcome == Outcome::kNotNow) return std::nullopt;
    slot.close();  // another may be at its path by now
  }
  if (!slot.seen_ && slot.skip_ > 0) {
    --slot.skip_;
    return std::nullopt;
  }
  // O_NONBLOCK: a fifo or a device in the place of a file must not stop the collection.
  Fd fd(::openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) {
    if (errno == ENOENT) slot.skip_ = KeptFile::kSeldom - 1;
    return std::nullopt;
  }
  slot.seen_ = true;
  const Outcome outcome = read_text(fd.get());
  if (outcome != Outcome::kGone && open_ < most_) slot.keep(*this, std::move(fd));
  return outcome == Outcome::kRead ? std::optional(std::string_view(buffer_.data(), size_)) : std::nullopt;
}

Shelf::Outcome Shelf::read_text(int fd) {
  if (buffer_.size() < kFirstBuffer) buffer_.resize(kFirstBuffer);
  for (size_ = 0;;) {
    if (size_ == buffer_.size()) {
      if (size_ >= kLargest) return Outcome::kRead;
      buffer_.resize(buffer_.size() * 2);
    }
    const size_t room = buffer_.size() - size_;
    const ssize_t n = ::pread(fd, buffer_.data() + size_, room, static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    // EINVAL and EOPNOTSUPP: there, but without a value, as a link's speed while it is down.
    if (n < 0) return errno == EINVAL || errno == EOPNOTSUPP ? Outcome::kNotNow : Outcome::kGone;
    size_ += static_cast<size_t>(n);
    if (n == 0 || is_whole(static_cast<size_t>(n), room)) return Outcome::kRead;
  }
}

}  // namespace oreum::hostfs
