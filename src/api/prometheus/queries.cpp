#include "api/prometheus/queries.h"

#include <algorithm>

#include "base/log.h"
#include "base/number.h"

namespace oreum::api::prometheus {

namespace {

using model::MetricDesc;
using model::MetricType;

constexpr MetricDesc kActive{"oreum_queries_active", "Queries that run now.", MetricType::kGauge};
constexpr MetricDesc kSlow{"oreum_queries_slow_total", "Queries that took so long that they were logged.",
                           MetricType::kCounter};
constexpr MetricDesc kSamples{"oreum_query_samples_total", "Samples read by queries.", MetricType::kCounter};
constexpr std::string_view kDurationHelp = "Time that queries took, by how they ended.";
constexpr MetricDesc kBucket{"oreum_query_duration_seconds_bucket", kDurationHelp, MetricType::kHistogram};
constexpr MetricDesc kSum{"oreum_query_duration_seconds_sum", kDurationHelp, MetricType::kHistogram};
constexpr MetricDesc kCount{"oreum_query_duration_seconds_count", kDurationHelp, MetricType::kHistogram};

constexpr size_t kSuccessful = 0;
constexpr size_t kFailed = 1;
constexpr size_t kTimedOut = 2;
constexpr size_t kCancelled = 3;

double seconds(std::chrono::nanoseconds d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

Queries::Running::Running(Queries& queries, std::string_view text, std::string_view client)
    : queries_(queries), entry_(queries.add(text, client)), outcome_(kFailed) {}

Queries::Running::~Running() {
  if (counts_) queries_.count(*entry_, outcome_, samples_);
  queries_.remove(entry_);
}

void Queries::Running::succeeded(uint64_t samples) {
  outcome_ = kSuccessful;
  samples_ = samples;
}

size_t Queries::outcome_of(Code code) {
  if (code == Code::kDeadlineExceeded) return kTimedOut;
  return code == Code::kCancelled ? kCancelled : kFailed;
}

std::list<Queries::Entry>::iterator Queries::add(std::string_view text, std::string_view client) {
  const TimestampMs now = clock_.now();
  const MutexLock lock(mu_);
  running_.push_back({next_id_++, std::string(text), std::string(client), now, Monotonic::now()});
  return std::prev(running_.end());
}

void Queries::remove(std::list<Entry>::iterator entry) {
  const MutexLock lock(mu_);
  running_.erase(entry);
}

void Queries::count(const Entry& entry, size_t outcome, uint64_t samples) {
  const std::chrono::nanoseconds took = Monotonic::now() - entry.since;
  const double s = seconds(took);
  const bool slow = took > slow_;
  if (slow) {
    log::warn("slow query from {}: {:.3f} s, {}, {} samples: {}", entry.client, s, kOutcomes.at(outcome), samples,
              entry.text);
  }
  const auto bucket = static_cast<size_t>(std::lower_bound(kBounds.begin(), kBounds.end(), s) - kBounds.begin());
  const MutexLock lock(mu_);
  Durations& durations = durations_.at(outcome);
  ++durations.counts.at(bucket);
  durations.sum += s;
  samples_ += samples;
  slow_count_ += slow ? 1 : 0;
}

std::vector<Queries::Active> Queries::active() const {
  std::vector<Active> all;
  const auto now = Monotonic::now();
  const MutexLock lock(mu_);
  for (const Entry& e : running_) all.push_back({e.id, e.text, e.client, e.started, now - e.since});
  return all;
}

void Queries::append_to(OwnMetrics& out) const {
  const MutexLock lock(mu_);
  add_metric(out, kActive, static_cast<double>(running_.size()));
  add_metric(out, kSlow, static_cast<double>(slow_count_));
  add_metric(out, kSamples, static_cast<double>(samples_));
  for (size_t outcome = 0; outcome < kOutcomes.size(); ++outcome) {
    const Durations& durations = durations_.at(outcome);
    const std::string_view name = kOutcomes.at(outcome);
    uint64_t below = 0;
    for (size_t i = 0; i <= kBounds.size(); ++i) {
      below += durations.counts.at(i);
      std::string le;
      if (i < kBounds.size()) append_double(le, kBounds.at(i));
      add_metric(out, kBucket, static_cast<double>(below), {{"le", le.empty() ? "+Inf" : le}, {"outcome", name}});
    }
    add_metric(out, kSum, durations.sum, {{"outcome", name}});
    add_metric(out, kCount, static_cast<double>(below), {{"outcome", name}});
  }
}

}  // namespace oreum::api::prometheus
