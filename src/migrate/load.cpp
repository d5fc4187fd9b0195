#include "migrate/load.h"

#include <algorithm>
#include <utility>

namespace oreum::migrate {

namespace {

constexpr size_t kMostPoints = 4'000'000;
constexpr milliseconds kBetweenReads{20};
constexpr milliseconds kBetweenTries{50};
constexpr size_t kMostTimes = 200'000;

}  // namespace

Result<Recording> Recording::of(const storage::Store& store, milliseconds length) {
  Recording out;
  const storage::StoreStats stats = store.stats();
  if (stats.samples == 0) return out;
  const TimestampMs since{stats.t_max.ms - length.count() + 1};
  TRY_ASSIGN(const auto querier, store.querier(since, stats.t_max));
  TRY_ASSIGN(const auto set, querier->select({}));
  storage::Columns columns;
  while (set->next() && out.points_.size() < kMostPoints) {
    TRY(set->read(columns));
    if (columns.t.empty()) continue;
    for (size_t i = 0; i < columns.t.size(); ++i) {
      out.points_.push_back({columns.t[i], static_cast<uint32_t>(out.series_.size()), columns.v[i]});
    }
    out.series_.push_back(set->series());
  }
  std::stable_sort(out.points_.begin(), out.points_.end(), [](const Point& a, const Point& b) { return a.t < b.t; });
  for (size_t i = 0; i < out.points_.size(); ++i) {
    if (out.at_.empty() || out.at_.back().t != out.points_[i].t) out.at_.push_back({out.points_[i].t, i, i});
    out.at_.back().end = i + 1;
  }
  if (!out.at_.empty()) {
    out.first_ = out.at_.front().t;
    // One more pace, so that the next round does not begin where this one ends.
    out.length_ = milliseconds(std::max<int64_t>(1000, out.at_.back().t - out.first_ + 1000));
  }
  return out;
}

void Recording::batch(size_t n, milliseconds later, model::Batch& out) const {
  out.clear();
  for (size_t i = at_[n].begin; i < at_[n].end; ++i) {
    const Point& point = points_[i];
    const model::Series& series = series_[point.series];
    out.add(series.id, series.labels.encoded(), TimestampMs{point.t + later.count()}, point.v, point.series);
  }
}

double p99(std::vector<double>& values) {
  if (values.empty()) return 0;
  const size_t at = (values.size() - 1) * 99 / 100;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

Status ask(const storage::Store& store, const CanaryRead& read) {
  TRY_ASSIGN(const auto querier, store.querier(read.range.from, read.range.to));
  TRY_ASSIGN(const auto set, querier->select(read.matchers));
  storage::Columns columns;
  while (set->next()) TRY(set->read(columns));
  return {};
}

Load::Load(storage::Store& store, const Recording& recording, std::vector<CanaryRead> reads)
    : store_(store), recording_(recording), reads_(std::move(reads)) {
  if (!recording_.empty()) writer_ = std::jthread([this](const std::stop_token& stop) { write(stop); });
  if (!reads_.empty()) reader_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
}

void Load::stop() {
  writer_.request_stop();
  reader_.request_stop();
  {
    const MutexLock lock(mu_);
    ended_.notify_all();
  }
  if (writer_.joinable()) writer_.join();
  if (reader_.joinable()) reader_.join();
}

LoadReport Load::report() const {
  const MutexLock lock(mu_);
  LoadReport report = report_;
  std::vector<double> times = read_ms_;
  report.read_p99_ms = p99(times);
  return report;
}

bool Load::wait_until(Monotonic::time_point at, const std::stop_token& stop) {
  const MutexLock lock(mu_);
  while (!stop.stop_requested() && ended_.wait_until(mu_, at)) {
  }
  return !stop.stop_requested();
}

void Load::note_failure(const Error& error) {
  if (report_.first_failure.empty()) report_.first_failure = error.to_string();
}

void Load::write(const std::stop_token& stop) {
  model::Batch batch;
  const auto began = Monotonic::now();
  milliseconds later = recording_.length();
  milliseconds round{0};
  for (size_t n = 0;; ++n) {
    if (n == recording_.batches()) {
      n = 0;
      later += recording_.length();
      round += recording_.length();
    }
    if (!wait_until(began + round + recording_.offset(n), stop)) return;
    recording_.batch(n, later, batch);
    // What is refused is sent again, as clients do: nothing of the load is left out.
    for (;;) {
      const auto sent = Monotonic::now();
      const auto result = store_.append(batch);
      const auto took = std::chrono::duration_cast<milliseconds>(Monotonic::now() - sent);
      {
        const MutexLock lock(mu_);
        report_.longest_write = std::max(report_.longest_write, took);
        if (result) {
          ++report_.batches;
          report_.samples += result->added;
        } else {
          ++report_.refused_batches;
          note_failure(result.error());
        }
      }
      if (result) break;
      if (!wait_until(Monotonic::now() + kBetweenTries, stop)) return;
    }
  }
}

void Load::read(const std::stop_token& stop) {
  for (size_t n = 0;; n = (n + 1) % reads_.size()) {
    const auto began = Monotonic::now();
    const Status done = ask(store_, reads_[n]);
    const std::chrono::duration<double, std::milli> took = Monotonic::now() - began;
    {
      const MutexLock lock(mu_);
      ++report_.reads;
      if (read_ms_.size() < kMostTimes) read_ms_.push_back(took.count());
      if (!done) {
        ++report_.failed_reads;
        note_failure(done.error());
      }
    }
    if (!wait_until(Monotonic::now() + kBetweenReads, stop)) return;
  }
}

}  // namespace oreum::migrate
