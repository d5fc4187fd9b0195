// CPU time: /proc/stat, lines "cpu0 user nice system idle iowait irq softirq steal guest guest_nice" in ticks of 1/100
// s; old kernels write fewer. Thermal throttling from /sys/devices/system/cpu is in cpu_throttle.cpp.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/cpu_throttle.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kSeconds = counter("node_cpu_seconds_total", "Seconds the CPUs spent in each mode.");
constexpr model::MetricDesc kGuestSeconds =
    counter("node_cpu_guest_seconds_total", "Seconds the CPUs spent in guests (VMs) for each mode.");
constexpr model::MetricDesc kUsage =
    gauge("cpu_usage_percent", "Share of all CPUs' time since the last reading that was neither idle nor iowait.");
constexpr model::MetricDesc kCoreUsage =
    gauge("cpu_core_usage_percent", "Share of a CPU's time since the last reading that was neither idle nor iowait.");

constexpr double kTicksPerSecond = 100;  // USER_HZ, fixed in the kernel's interface
constexpr size_t kFields = 10;
constexpr size_t kIdle = 3;
constexpr size_t kIowait = 4;
constexpr size_t kModes = 8;  // the rest, guest and guest_nice, are contained in user and nice
constexpr size_t kGuest = 8;
constexpr size_t kGuestNice = 9;
constexpr std::array<std::string_view, kModes> kModeNames{"user",   "nice", "system",  "idle",
                                                          "iowait", "irq",  "softirq", "steal"};
// Idle time this far back means that the CPU went away and came again with new counters; less is the kernel's jitter.
constexpr uint64_t kResetTicks = 300;

using Ticks = std::array<uint64_t, kFields>;

struct Spent {
  uint64_t busy = 0;
  uint64_t total = 0;
  double percent() const { return static_cast<double>(busy) / static_cast<double>(total) * 100; }
};

struct Core {
  std::string id;
  Ticks ticks{};
  Spent spent;  // since the last reading; total 0 when that is unknown
  std::optional<double> usage;
  bool seen = false;

  void update(const Ticks& now, bool first) {
    const bool reset = now[kIdle] + kResetTicks < ticks[kIdle];
    const Ticks before = ticks;
    // A counter that went back by a little (iowait does) keeps its value, so that rates never see a reset.
    for (size_t i = 0; i < kFields; ++i) ticks[i] = reset || first ? now[i] : std::max(ticks[i], now[i]);
    spent = {};
    if (first || reset) {
      usage.reset();
      return;
    }
    for (size_t i = 0; i < kModes; ++i) {
      const uint64_t delta = ticks[i] - before[i];
      spent.total += delta;
      if (i != kIdle && i != kIowait) spent.busy += delta;
    }
    if (spent.total > 0) usage = spent.percent();  // else two readings within one tick: the last share stands
  }
};

class Cpu final : public Collector {
 public:
  explicit Cpu(const Context& context)
      : file_(*context.shared, context.roots.procfs("stat")), throttle_(context.roots) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    for (Core& core : cores_) core.seen = false;
    const size_t known = cores_.size();
    for (hostfs::Lines lines(text); const auto line = lines.next();) {
      // "cpu " is the sum of the others, which come right after it.
      if (!line->starts_with("cpu")) break;
      if (!line->starts_with("cpu ")) TRY(parse(*line));
    }
    const bool fewer = std::erase_if(cores_, [](const Core& core) { return !core.seen; }) > 0;
    if (cores_.empty()) return Error(Code::kUnavailable, fmt::format("{}: no line cpu0", file_.path()));
    emit_seconds(sink);
    emit_usage(sink);
    throttle_.collect(fewer || cores_.size() != known, sink);
    return {};
  }

 private:
  Status parse(std::string_view line) {
    hostfs::Fields fields(line);
    const std::string_view id = fields.next().substr(3);
    Ticks ticks{};
    size_t found = 0;
    for (; found < kFields; ++found) {
      const std::string_view field = fields.next();
      if (field.empty()) break;
      const std::optional<uint64_t> value = parse_u64(field);
      if (!value) return malformed(id);
      ticks[found] = *value;
    }
    if (!parse_u64(id) || found <= kIdle) return malformed(id);
    const bool first = core_of(id);
    Core& core = cores_[at_];
    if (core.seen) return {};
    core.seen = true;
    core.update(ticks, first);
    return {};
  }

  Error malformed(std::string_view id) const {
    return {Code::kUnavailable, fmt::format("{}: line cpu{} is not understood", file_.path(), id.substr(0, 20))};
  }

  /// Points at_ at the core, making it if need be (true). Cores come in the same order each time.
  bool core_of(std::string_view id) {
    const size_t next = cores_.empty() ? 0 : (at_ + 1) % cores_.size();
    for (size_t i = 0; i < cores_.size(); ++i) {
      at_ = (next + i) % cores_.size();
      if (cores_[at_].id == id) return false;
    }
    at_ = cores_.size();
    cores_.push_back({std::string(id)});
    return true;
  }

  void emit_seconds(Sink& sink) const {
    for (const Core& core : cores_) {
      for (size_t i = 0; i < kModes; ++i) {
        sink.emit(kSeconds, {{"cpu", core.id}, {"mode", kModeNames[i]}},
                  static_cast<double>(core.ticks[i]) / kTicksPerSecond);
      }
    }
    for (const Core& core : cores_) {
      sink.emit(kGuestSeconds, {{"cpu", core.id}, {"mode", "user"}},
                static_cast<double>(core.ticks[kGuest]) / kTicksPerSecond);
      sink.emit(kGuestSeconds, {{"cpu", core.id}, {"mode", "nice"}},
                static_cast<double>(core.ticks[kGuestNice]) / kTicksPerSecond);
    }
  }

  void emit_usage(Sink& sink) {
    Spent all;
    for (const Core& core : cores_) {
      all.busy += core.spent.busy;
      all.total += core.spent.total;
    }
    if (all.total > 0) usage_ = all.percent();
    if (usage_) sink.emit(kUsage, *usage_);
    for (const Core& core : cores_) {
      if (core.usage) sink.emit(kCoreUsage, {{"cpu", core.id}}, *core.usage);
    }
  }

  hostfs::SharedFile file_;
  CpuThrottle throttle_;
  std::vector<Core> cores_;
  size_t at_ = 0;
  std::optional<double> usage_;
};

}  // namespace

std::unique_ptr<Collector> make_cpu(const Context& context) { return std::make_unique<Cpu>(context); }

}  // namespace oreum::collect
