#include "collect/scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/log.h"
#include "base/mutex.h"
#include "collect/recycler.h"
#include "collect/scheduler_lane.h"
#include "collect/scheduler_metrics.h"

namespace oreum::collect {

/// The lanes' threads share latest_ and current_ (mu_), the callback and what waits for it (tick_mu_); a lane's own
/// state is its thread's.
class Scheduler::Impl {
 public:
  Impl(SchedulerOptions options, OnTick on_tick)
      : options_(std::move(options)),
        on_tick_(std::move(on_tick)),
        common_({{"job", options_.job}, {"instance", options_.instance}}),
        fast_(Lane::kFast, options_.interval, options_.last_stored),
        slow_(Lane::kSlow, options_.slow_interval, options_.last_stored),
        own_(common_),
        latest_(std::make_shared<Snapshot>()) {
    for (const CollectorSpec& spec : options_.table) {
      if (options_.disabled.contains(spec.name)) continue;
      lane(spec.lane).add(spec, options_.context, common_, runners_.size());
      runners_.push_back(lane(spec.lane).runners.back().get());
    }
    current_.resize(runners_.size() + 1);  // the last is the scheduler's own
  }

  void start() {
    for (LaneState* lane : {&fast_, &slow_}) {
      lane->thread = std::jthread([this, lane](const std::stop_token& stop) { run(*lane, stop); });
    }
  }

  void stop() {
    for (LaneState* lane : {&fast_, &slow_}) lane->thread.request_stop();
    for (LaneState* lane : {&fast_, &slow_}) {
      if (lane->thread.joinable()) lane->thread.join();
    }
    const MutexLock lock(tick_mu_);
    if (!waiting_.empty() && on_tick_) on_tick_(*latest(), std::exchange(waiting_, {}));
  }

  std::shared_ptr<const Snapshot> latest() const {
    const MutexLock lock(mu_);
    return latest_;
  }

  /// One pass outside the ticks.
  void collect_now(LaneState& lane, const std::stop_token& stop) {
    for (const auto& runner : lane.runners) runner->call_now();
    collect(lane, options_.context.clock->now(), stop);
    for (const auto& runner : lane.runners) runner->call_now();  // so that the first tick has them all
    lane.fresh.clear();
  }

  void tick(LaneState& lane, const std::stop_token& stop) {
    const TickPlan::Tick tick = lane.plan.take(options_.context.clock->now());
    const Monotonic::time_point start = options_.context.clock->monotonic();
    lane.count(tick);
    collect(lane, tick.t, stop);
    hand_over(lane);
    lane.fresh.clear();
    if (options_.context.clock->monotonic() - start > lane.plan.interval()) lane.counters.overruns.fetch_add(1);
  }

  LaneState& lane(Lane which) { return which == Lane::kFast ? fast_ : slow_; }

 private:
  /// The slow lane's readings go with the fast lane's next tick, which is soon: one batch to store instead of two. They
  /// go by themselves when those before them still wait.
  void hand_over(LaneState& lane) {
    if (!on_tick_) return;
    const MutexLock lock(tick_mu_);
    if (lane.lane == Lane::kSlow && waiting_.empty()) {
      waiting_ = lane.fresh;
      return;
    }
    lane.fresh.insert(lane.fresh.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    on_tick_(*latest(), lane.fresh);
  }

  void run(LaneState& lane, const std::stop_token& stop) {
    collect_now(lane, stop);
    std::mutex mu;
    std::condition_variable_any wake;
    while (!stop.stop_requested()) {
      const milliseconds wait = lane.plan.wait(options_.context.clock->now());
      if (wait > milliseconds(0)) {
        std::unique_lock lock(mu);
        wake.wait_for(lock, stop, wait, [] { return false; });
      } else {
        tick(lane, stop);
      }
    }
  }

  /// Asks the lane's collectors one after the other and publishes what they said.
  void collect(LaneState& lane, TimestampMs t, const std::stop_token& stop) {
    lane.fresh.clear();
    for (const auto& runner : lane.runners) {
      if (stop.stop_requested()) break;
      lane.fresh.push_back(runner->run(t));
    }
    const MutexLock lock(mu_);
    for (size_t i = 0; i < lane.fresh.size(); ++i) {
      if (lane.fresh[i]) current_[lane.places[i]] = lane.fresh[i];
    }
    std::erase(lane.fresh, nullptr);
    if (lane.lane == Lane::kFast) lane.fresh.push_back(current_.back() = read_own(t));
    publish(t);
  }

  std::shared_ptr<const Reading> read_own(TimestampMs t) REQUIRES(mu_) {
    own_.begin();
    emit_scrape_metrics(own_, std::span(current_).first(runners_.size()));
    emit_lane_metrics(own_, {&fast_, &slow_});
    emit_runner_metrics(own_, runners_);
    own_.end();
    std::shared_ptr<Reading> reading = own_readings_.take();
    reading->collector = "scheduler";
    reading->t = t;
    reading->shape = own_.shape();
    reading->values = own_.values();
    reading->success = true;
    return reading;
  }

  void publish(TimestampMs t) REQUIRES(mu_) {
    std::shared_ptr<Snapshot> snapshot = snapshots_.take();
    snapshot->t = t;
    snapshot->readings.clear();
    for (const auto& reading : current_) {
      if (reading) snapshot->readings.push_back(reading);
    }
    latest_ = std::move(snapshot);
  }

  const SchedulerOptions options_;
  const OnTick on_tick_;
  const CommonLabels common_;
  LaneState fast_;
  LaneState slow_;
  std::vector<const CollectorRunner*> runners_;  // in the table's order

  Mutex tick_mu_;
  std::vector<std::shared_ptr<const Reading>> waiting_ GUARDED_BY(tick_mu_);  // of the slow lane's last tick
  mutable Mutex mu_;
  std::vector<std::shared_ptr<const Reading>> current_ GUARDED_BY(mu_);  // in the table's order; null: not run yet
  Sink own_ GUARDED_BY(mu_);
  Recycler<Reading> own_readings_ GUARDED_BY(mu_);
  Recycler<Snapshot> snapshots_ GUARDED_BY(mu_);
  std::shared_ptr<const Snapshot> latest_ GUARDED_BY(mu_);
};

Scheduler::Scheduler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Scheduler::~Scheduler() { stop(); }

Result<std::unique_ptr<Scheduler>> Scheduler::make(SchedulerOptions options, OnTick on_tick) {
  if (options.interval <= milliseconds(0) || options.slow_interval <= milliseconds(0)) {
    return Error(Code::kInvalidArgument, "the collection interval must be longer than 0");
  }
  for (const std::string& name : options.disabled) {
    const auto named = [&](const CollectorSpec& spec) { return spec.name == name; };
    if (std::none_of(options.table.begin(), options.table.end(), named)) {
      return Error(Code::kInvalidArgument, fmt::format("there is no collector {}", name));
    }
  }
  return std::unique_ptr<Scheduler>(
      new Scheduler(std::make_unique<Impl>(std::move(options), std::move(on_tick))));  // NOLINT: private constructor
}

void Scheduler::start() { impl_->start(); }

void Scheduler::stop() { impl_->stop(); }

std::shared_ptr<const Snapshot> Scheduler::latest() const { return impl_->latest(); }

std::shared_ptr<const Snapshot> Scheduler::collect_once() {
  // The fast lane last: its reading of the scheduler's own metrics then covers both.
  impl_->collect_now(impl_->lane(Lane::kSlow), {});
  impl_->collect_now(impl_->lane(Lane::kFast), {});
  return latest();
}

void Scheduler::tick(Lane lane) { impl_->tick(impl_->lane(lane), {}); }

}  // namespace oreum::collect
