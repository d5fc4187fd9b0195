#include "collect/tick_plan.h"

#include <algorithm>
#include <numeric>

namespace oreum::collect {

TickPlan::TickPlan(milliseconds interval, std::optional<TimestampMs> last_stored)
    : interval_(std::max(interval, milliseconds(1))) {
  if (!last_stored) return;
  last_ = aligned(*last_stored);
  // Where the earlier run was off its multiples; matters only should the clock have been set back since.
  earlier_phase_ = milliseconds(std::max<int64_t>(last_stored->ms, 0) % std::gcd(interval_.count(), int64_t{1000}));
}

TimestampMs TickPlan::aligned(TimestampMs now) const {
  const int64_t step = interval_.count();
  const int64_t rest = ((now.ms % step) + step) % step;  // times before 1970 round down as well
  return {now.ms - rest};
}

milliseconds TickPlan::wait(TimestampMs now) {
  if (!due_) due_ = aligned(now) + interval_;
  const milliseconds left = *due_ - now;
  // More than an interval away: the clock was set back. Waiting for the old time could take years.
  return left > interval_ ? milliseconds(0) : std::max(left, milliseconds(0));
}

TickPlan::Tick TickPlan::take(TimestampMs now) {
  Tick tick;
  const TimestampMs floor = aligned(now);
  if (last_ && floor <= *last_) {
    tick.clock_set_back = true;
    phase_ = (std::max(phase_, earlier_phase_) + milliseconds(1)) % interval_;
    earlier_phase_ = milliseconds(0);
  } else if (ticked_) {
    tick.missed = static_cast<uint64_t>((floor - *last_) / interval_) - 1;
  }
  last_ = floor;
  ticked_ = true;
  due_ = floor + interval_;
  tick.t = floor + phase_;
  return tick;
}

}  // namespace oreum::collect
