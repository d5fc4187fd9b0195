#include "cli/backup_progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>
#include <unistd.h>

namespace oreum::cli {

namespace {

constexpr milliseconds kRedraw(100);
constexpr uint64_t kWidth = 24;

}  // namespace

std::string bytes_text(uint64_t bytes) {
  constexpr double kStep = 1000;
  auto size = static_cast<double>(bytes);
  for (const char* unit : {"B", "kB", "MB", "GB"}) {
    if (size < kStep) return fmt::format("{:.{}f} {}", size, *unit == 'B' ? 0 : 1, unit);
    size /= kStep;
  }
  return fmt::format("{:.1f} TB", size);
}

BackupProgress::BackupProgress() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void BackupProgress::show(std::string_view phase, uint64_t done, uint64_t all) {
  const auto now = Monotonic::now();
  const bool fresh = phase != phase_;
  if (fresh) {
    phase_ = phase;
    began_ = now;
    tenth_ = 0;
  }
  const double share = all == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
  if (!terminal_) {
    const auto tenth = static_cast<uint64_t>(share * 10);
    if (tenth <= tenth_) return;
    tenth_ = tenth;
    fmt::print(stderr, "oreum: {}: {} %, {} of {}\n", phase_, tenth * 10, bytes_text(done), bytes_text(all));
    return;
  }
  if (now < next_ && !fresh && done < all) return;
  next_ = now + kRedraw;
  const auto full = static_cast<size_t>(share * kWidth);
  const double seconds = std::max(1e-3, std::chrono::duration<double>(now - began_).count());
  // \33[K clears what a longer text left behind.
  fmt::print(stderr, "\r{:<12} [{}{}] {:3.0f} %  {} of {}, {}/s\33[K", phase_, std::string(full, '#'),
             std::string(kWidth - full, '-'), share * 100, bytes_text(done), bytes_text(all),
             bytes_text(static_cast<uint64_t>(static_cast<double>(done) / seconds)));
  std::fflush(stderr);
  drawn_ = true;
}

void BackupProgress::clear() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\33[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace oreum::cli
