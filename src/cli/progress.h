// How far a long command has come: a bar on a terminal, else a line now and then. On standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace oreum::cli {

struct ProgressState {
  uint64_t bytes = 0;
  uint64_t samples = 0;
  // What `share_of` counts against, where it is known.
  uint64_t done = 0;
  std::optional<uint64_t> total;
};

/// "12.3 MB, 1,234,567 samples, 410,000 samples/s, 12 s left". Pure, for tests.
std::string progress_text(const ProgressState& state, std::chrono::nanoseconds elapsed);

/// "1,234,567".
std::string grouped(uint64_t n);

/// Not thread-safe.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet);
  ~ProgressBar() { finish(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows it when it is time to.
  void show(const ProgressState& state);
  /// Clears the bar. Idempotent.
  void finish();
  std::chrono::nanoseconds elapsed() const { return Monotonic::now() - start_; }

 private:
  const bool quiet_;
  const bool terminal_;
  const Monotonic::time_point start_ = Monotonic::now();
  Monotonic::time_point next_;
  bool drawn_ = false;
};

}  // namespace oreum::cli
