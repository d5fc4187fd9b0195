#include "collect/collector_runner.h"

#include <chrono>

#include "base/log.h"

namespace oreum::collect {

CollectorRunner::CollectorRunner(const CollectorSpec& spec, const Context& context,
                                 std::vector<std::pair<std::string, std::string>> common)
    : spec_(spec), clock_(*context.clock), collector_(spec.make(context)), sink_(std::move(common)) {}

std::shared_ptr<const Reading> CollectorRunner::run(TimestampMs t) {
  if (rest_ > 0) {
    --rest_;
    return nullptr;
  }
  const Monotonic::time_point start = clock_.monotonic();
  sink_.begin();
  const Status status = collector_->collect(sink_);
  sink_.end();
  note(status);
  const bool absent = sink_.values().empty() && (status || status.error().code() == Code::kNotFound);
  rest_ = (absent && spec_.lane == Lane::kSlow ? kAbsentEvery : spec_.pace) - 1;
  duplicates_.fetch_add(sink_.duplicates(), std::memory_order_relaxed);

  std::shared_ptr<Reading> reading = readings_.take();
  reading->collector = spec_.name;
  reading->t = t;
  reading->shape = sink_.shape();
  reading->values = sink_.values();
  reading->seconds = std::chrono::duration<double>(clock_.monotonic() - start).count();
  reading->success = status.has_value();
  reading->error = status ? "" : status.error().to_string();
  return reading;
}

void CollectorRunner::note(const Status& status) {
  // What is not on this machine is no news, today or tomorrow.
  const bool failed = !status && status.error().code() != Code::kNotFound;
  if (failed) failures_.fetch_add(1, std::memory_order_relaxed);
  if (failed == failing_) return;
  failing_ = failed;
  if (failed) {
    log::warn("collector {} fails: {}", spec_.name, status.error().to_string());
  } else {
    log::info("collector {} works again", spec_.name);
  }
}

}  // namespace oreum::collect
