// Appends to a store all the while, and says how long that took.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "base/clock.h"
#include "model/sample.h"
#include "storage/store.h"

namespace oreum::bench {

using SteadyClock = std::chrono::steady_clock;

inline double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// Appends a sample of each of 1,000 series, durably, about every 10 ms.
class Appender {
 public:
  static constexpr int64_t kSeries = 1000;

  explicit Appender(storage::Store& store) : store_(store) {
    for (int64_t i = 0; i < kSeries; ++i) {
      series_.emplace_back(
          model::Labels::of({{model::kMetricName, "bench_appended"}, {"series", fmt::format("{}", i)}}));
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  struct Waits {
    size_t appends;
    double median_ms;
    double longest_ms;
  };
  /// Of the appends since the last call.
  Waits waits() {
    std::vector<double> ms;
    {
      const std::scoped_lock lock(mu_);
      ms.swap(ms_);
    }
    std::sort(ms.begin(), ms.end());
    return ms.empty() ? Waits{} : Waits{ms.size(), ms[ms.size() / 2], ms.back()};
  }

 private:
  void run(const std::stop_token& stop) {
    int64_t t = SystemClock().now().ms;
    model::Batch batch;
    while (!stop.stop_requested()) {
      batch.clear();
      t += 10;
      for (int64_t i = 0; i < kSeries; ++i)
        batch.add(series_[static_cast<size_t>(i)], {t}, static_cast<double>(t % 977 * i));
      const auto start = SteadyClock::now();
      if (!store_.append(batch)) return;
      const double took = seconds_since(start) * 1000;
      {
        const std::scoped_lock lock(mu_);
        ms_.push_back(took);
      }
      std::this_thread::sleep_until(start + std::chrono::milliseconds(10));
    }
  }

  storage::Store& store_;
  std::vector<model::Series> series_;
  std::mutex mu_;
  std::vector<double> ms_;
  std::jthread thread_;
};

}  // namespace oreum::bench
