// Counts and times requests: http_requests_total, http_request_duration_seconds.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>

#include "api/own_metrics.h"
#include "base/mutex.h"

namespace oreum::api {

/// The paths are templates of the route table and live as long as this, so that labels stay few. Thread-safe.
class HttpMetrics {
 public:
  /// An unusual method counts as "OTHER".
  void record(std::string_view method, std::string_view path, int status, std::chrono::nanoseconds took) EXCLUDES(mu_);
  void append_to(OwnMetrics& out) const EXCLUDES(mu_);

 private:
  static constexpr std::array<double, 11> kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5};

  struct Durations {
    std::array<uint64_t, kBounds.size() + 1> counts{};  // not cumulative; the last: above every bound
    double sum = 0;
  };
  using Place = std::pair<std::string_view, std::string_view>;  // path, method

  mutable Mutex mu_;
  std::map<std::tuple<std::string_view, std::string_view, int>, uint64_t> requests_ GUARDED_BY(mu_);
  std::map<Place, Durations> durations_ GUARDED_BY(mu_);
};

}  // namespace oreum::api
