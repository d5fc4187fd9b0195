// Pressure stall information: /proc/pressure/{cpu,io,memory}, lines "some avg10=… total=<µs>" and "full …". For CPU the
// machine's "full" is always zero and not shown.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kCpuWaiting =
    counter("node_pressure_cpu_waiting_seconds_total", "Total time in seconds that processes have waited for CPU time");
constexpr model::MetricDesc kIoWaiting = counter(
    "node_pressure_io_waiting_seconds_total", "Total time in seconds that processes have waited due to IO congestion");
constexpr model::MetricDesc kIoStalled =
    counter("node_pressure_io_stalled_seconds_total",
            "Total time in seconds no process could make progress due to IO congestion");
constexpr model::MetricDesc kMemoryWaiting = counter("node_pressure_memory_waiting_seconds_total",
                                                     "Total time in seconds that processes have waited for memory");
constexpr model::MetricDesc kMemoryStalled =
    counter("node_pressure_memory_stalled_seconds_total",
            "Total time in seconds no process could make progress due to memory congestion");

constexpr double kMicrosPerSecond = 1e6;

class Pressure final : public Collector {
 public:
  explicit Pressure(const Context& context)
      : cpu_(context.roots.procfs("pressure/cpu")),
        io_(context.roots.procfs("pressure/io")),
        memory_(context.roots.procfs("pressure/memory")) {}

  Status collect(Sink& sink) override {
    TRY(emit(cpu_, &kCpuWaiting, nullptr, sink));
    TRY(emit(io_, &kIoWaiting, &kIoStalled, sink));
    return emit(memory_, &kMemoryWaiting, &kMemoryStalled, sink);
  }

 private:
  static Status emit(hostfs::KeptFile& file, const model::MetricDesc* some, const model::MetricDesc* full, Sink& sink) {
    const Result<std::string_view> text = file.read();
    // No such file: an old kernel. Not supported (psi=0 on the command line): opened, but reading fails.
    if (!text) return text.error().code() == Code::kPermissionDenied ? text.error() : no_data();
    for (hostfs::Lines lines(*text); const auto line = lines.next();) {
      const model::MetricDesc* desc = line->starts_with("some ") ? some : line->starts_with("full ") ? full : nullptr;
      if (desc == nullptr) continue;
      const size_t at = line->find("total=");
      const auto total = at == std::string_view::npos ? std::nullopt : parse_u64(line->substr(at + 6));
      if (!total) return Error(Code::kUnavailable, fmt::format("{}: expected total=<number>", file.path()));
      sink.emit(*desc, static_cast<double>(*total) / kMicrosPerSecond);
    }
    return {};
  }

  hostfs::KeptFile cpu_;
  hostfs::KeptFile io_;
  hostfs::KeptFile memory_;
};

}  // namespace

std::unique_ptr<Collector> make_pressure(const Context& context) { return std::make_unique<Pressure>(context); }

}  // namespace oreum::collect
