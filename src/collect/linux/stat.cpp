// The machine's own counters in /proc/stat; the CPUs' lines are cpu.cpp's.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

struct Line {
  std::string_view key;
  model::MetricDesc desc;
};
constexpr auto kLines = std::to_array<Line>({
    {"intr", counter("node_intr_total", "Total number of interrupts serviced.")},
    {"ctxt", counter("node_context_switches_total", "Total number of context switches.")},
    {"btime", gauge("node_boot_time_seconds", "Node boot time, in unixtime.")},
    {"processes", counter("node_forks_total", "Total number of forks.")},
    {"procs_running", gauge("node_procs_running", "Number of processes in runnable state.")},
    {"procs_blocked", gauge("node_procs_blocked", "Number of processes blocked waiting for I/O to complete.")},
});

class Stat final : public Collector {
 public:
  explicit Stat(const Context& context) : file_(*context.shared, context.roots.procfs("stat")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    size_t found = 0;
    for (hostfs::Lines lines(text); const auto line = lines.next();) {
      if (line->starts_with("cpu")) continue;
      hostfs::Fields fields(*line);
      const std::string_view key = fields.next();
      for (const Line& wanted : kLines) {
        if (wanted.key != key) continue;
        const std::optional<uint64_t> value = fields.next_u64();
        if (!value) return Error(Code::kUnavailable, fmt::format("{}: {} is no number", file_.path(), wanted.key));
        sink.emit(wanted.desc, static_cast<double>(*value));
        ++found;
        break;
      }
    }
    if (found == 0) return Error(Code::kUnavailable, fmt::format("{}: no counters in it", file_.path()));
    return {};
  }

 private:
  hostfs::SharedFile file_;
};

}  // namespace

std::unique_ptr<Collector> make_stat(const Context& context) { return std::make_unique<Stat>(context); }

}  // namespace oreum::collect
