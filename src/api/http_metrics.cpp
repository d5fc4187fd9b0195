#include "api/http_metrics.h"

#include <algorithm>
#include <string>

#include "base/number.h"

namespace oreum::api {

namespace {

using model::MetricDesc;
using model::MetricType;

constexpr MetricDesc kRequests{"http_requests_total", "HTTP requests answered.", MetricType::kCounter};
constexpr std::string_view kDurationHelp = "Time from a request's arrival to its answer.";
constexpr MetricDesc kBucket{"http_request_duration_seconds_bucket", kDurationHelp, MetricType::kHistogram};
constexpr MetricDesc kSum{"http_request_duration_seconds_sum", kDurationHelp, MetricType::kHistogram};
constexpr MetricDesc kCount{"http_request_duration_seconds_count", kDurationHelp, MetricType::kHistogram};

std::string_view bounded_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> kKnown{"GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"};
  const auto* const found = std::find(kKnown.begin(), kKnown.end(), method);
  return found == kKnown.end() ? "OTHER" : *found;
}

}  // namespace

void HttpMetrics::record(std::string_view method, std::string_view path, int status, std::chrono::nanoseconds took) {
  const std::string_view known = bounded_method(method);
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = static_cast<size_t>(std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin());
  const MutexLock lock(mu_);
  ++requests_[{path, known, status}];
  Durations& durations = durations_[{path, known}];
  ++durations.counts.at(bucket);
  durations.sum += seconds;
}

void HttpMetrics::append_to(OwnMetrics& out) const {
  const MutexLock lock(mu_);
  for (const auto& [key, count] : requests_) {
    const auto& [path, method, status] = key;
    add_metric(out, kRequests, static_cast<double>(count),
               {{"method", method}, {"path", path}, {"status", std::to_string(status)}});
  }
  for (const auto& [place, durations] : durations_) {
    const auto& [path, method] = place;
    uint64_t below = 0;
    for (size_t i = 0; i <= kBounds.size(); ++i) {
      below += durations.counts.at(i);
      std::string le;
      if (i < kBounds.size()) append_double(le, kBounds.at(i));
      add_metric(out, kBucket, static_cast<double>(below),
                 {{"le", le.empty() ? "+Inf" : le}, {"method", method}, {"path", path}});
    }
    add_metric(out, kSum, durations.sum, {{"method", method}, {"path", path}});
    add_metric(out, kCount, static_cast<double>(below), {{"method", method}, {"path", path}});
  }
}

}  // namespace oreum::api
