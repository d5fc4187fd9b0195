// The kernel's clock discipline, from adjtimex(2) with nothing to set.
#include <sys/timex.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kOffset =
    gauge("node_timex_offset_seconds", "Time offset in between local system and reference clock.");
constexpr model::MetricDesc kFrequency =
    gauge("node_timex_frequency_adjustment_ratio", "Local clock frequency adjustment.");
constexpr model::MetricDesc kMaxError = gauge("node_timex_maxerror_seconds", "Maximum error in seconds.");
constexpr model::MetricDesc kEstimatedError =
    gauge("node_timex_estimated_error_seconds", "Estimated error in seconds.");
constexpr model::MetricDesc kStatus = gauge("node_timex_status", "Value of the status array bits.");
constexpr model::MetricDesc kConstant = gauge("node_timex_loop_time_constant", "Phase-locked loop time constant.");
constexpr model::MetricDesc kTick = gauge("node_timex_tick_seconds", "Seconds between clock ticks.");
constexpr model::MetricDesc kPpsFrequency = gauge("node_timex_pps_frequency_hertz", "Pulse per second frequency.");
constexpr model::MetricDesc kPpsJitter = gauge("node_timex_pps_jitter_seconds", "Pulse per second jitter.");
constexpr model::MetricDesc kPpsShift = gauge("node_timex_pps_shift_seconds", "Pulse per second interval duration.");
constexpr model::MetricDesc kPpsStability =
    gauge("node_timex_pps_stability_hertz", "Pulse per second stability, average of recent frequency changes.");
constexpr model::MetricDesc kPpsJitterCount =
    counter("node_timex_pps_jitter_total", "Pulse per second count of jitter limit exceeded events.");
constexpr model::MetricDesc kPpsCalibrationCount =
    counter("node_timex_pps_calibration_total", "Pulse per second count of calibration intervals.");
constexpr model::MetricDesc kPpsErrorCount =
    counter("node_timex_pps_error_total", "Pulse per second count of calibration errors.");
constexpr model::MetricDesc kPpsStabilityCount =
    counter("node_timex_pps_stability_exceeded_total", "Pulse per second count of stability limit exceeded events.");
constexpr model::MetricDesc kTaiOffset =
    gauge("node_timex_tai_offset_seconds", "International Atomic Time (TAI) offset.");
constexpr model::MetricDesc kSync =
    gauge("node_timex_sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).");

constexpr double kMicro = 1e6;
constexpr double kNano = 1e9;
constexpr double kPpm16 = 1e6 * 65536;  // frequencies are parts per million with a 16-bit fraction

class Timex final : public Collector {
 public:
  Status collect(Sink& sink) override {
    timex t{};
    const int state = ::adjtimex(&t);
    if (state < 0 && errno == EPERM) return no_data();  // a container without the right
    if (state < 0) return errno_error(errno, "adjtimex");
    const auto number = [](auto value) { return static_cast<double>(value); };
    const double fraction = (t.status & STA_NANO) != 0 ? kNano : kMicro;
    sink.emit(kOffset, number(t.offset) / fraction);
    sink.emit(kFrequency, 1 + number(t.freq) / kPpm16);
    sink.emit(kMaxError, number(t.maxerror) / kMicro);
    sink.emit(kEstimatedError, number(t.esterror) / kMicro);
    sink.emit(kStatus, number(t.status));
    sink.emit(kConstant, number(t.constant));
    sink.emit(kTick, number(t.tick) / kMicro);
    sink.emit(kPpsFrequency, number(t.ppsfreq) / kPpm16);
    sink.emit(kPpsJitter, number(t.jitter) / fraction);
    sink.emit(kPpsShift, number(t.shift));
    sink.emit(kPpsStability, number(t.stabil) / kPpm16);
    sink.emit(kPpsJitterCount, number(t.jitcnt));
    sink.emit(kPpsCalibrationCount, number(t.calcnt));
    sink.emit(kPpsErrorCount, number(t.errcnt));
    sink.emit(kPpsStabilityCount, number(t.stbcnt));
    sink.emit(kTaiOffset, number(t.tai));
    sink.emit(kSync, state == TIME_ERROR ? 0 : 1);
    return {};
  }
};

}  // namespace

std::unique_ptr<Collector> make_timex(const Context&) { return std::make_unique<Timex>(); }

}  // namespace oreum::collect
