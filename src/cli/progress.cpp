#include "cli/progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/core.h>
#include <unistd.h>

#include "base/time.h"

namespace oreum::cli {

namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr milliseconds kRedraw(200);
constexpr milliseconds kLine(5000);

std::string bytes_text(uint64_t bytes) {
  constexpr double kStep = 1000;
  auto size = static_cast<double>(bytes);
  for (const char* unit : {"B", "kB", "MB", "GB"}) {
    if (size < kStep) return fmt::format("{:.{}f} {}", size, *unit == 'B' ? 0 : 1, unit);
    size /= kStep;
  }
  return fmt::format("{:.1f} TB", size);
}

std::string bar(double share) {
  constexpr size_t kWidth = 24;
  const auto full = static_cast<size_t>(share * kWidth);
  return fmt::format("[{}{}] {:3.0f}% ", std::string(full, '#'), std::string(kWidth - full, '-'), share * 100);
}

double share_of(const ProgressState& state) {
  if (!state.total || *state.total == 0) return 0;
  return std::min(1.0, static_cast<double>(state.done) / static_cast<double>(*state.total));
}

}  // namespace

std::string grouped(uint64_t n) {
  std::string out = std::to_string(n);
  for (size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, 1, ',');
  return out;
}

std::string progress_text(const ProgressState& state, std::chrono::nanoseconds elapsed) {
  const double seconds = std::max(1e-3, duration<double>(elapsed).count());
  std::string out = fmt::format("{}, {} samples, {} samples/s", bytes_text(state.bytes), grouped(state.samples),
                                grouped(static_cast<uint64_t>(static_cast<double>(state.samples) / seconds)));
  const double share = share_of(state);
  if (share <= 0 || share >= 1) return out;
  const auto left = static_cast<int64_t>(seconds / share * (1 - share)) + 1;
  return out + fmt::format(", {} left", format_duration(std::chrono::seconds(left)));
}

ProgressBar::ProgressBar(bool quiet)
    : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1), next_(start_ + (terminal_ ? kRedraw : kLine)) {}

void ProgressBar::show(const ProgressState& state) {
  const auto now = Monotonic::now();
  if (quiet_ || now < next_) return;
  next_ = now + (terminal_ ? kRedraw : kLine);
  const std::string text = progress_text(state, now - start_);
  if (!terminal_) {
    const std::string share = state.total ? fmt::format("{:.0f}%, ", share_of(state) * 100) : "";
    fmt::print(stderr, "oreum: {}{}\n", share, text);
    return;
  }
  // \33[K clears what a longer text left behind.
  fmt::print(stderr, "\r{}{}\33[K", state.total ? bar(share_of(state)) : "", text);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::finish() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\33[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace oreum::cli
