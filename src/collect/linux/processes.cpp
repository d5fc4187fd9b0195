// Processes: how many in which state, and by name what the ones that matter use. From /proc/<pid>/stat.
#include <array>

#include <unistd.h>

#include "base/number.h"
#include "collect/linux/collectors.h"
#include "collect/linux/process_groups.h"
#include "collect/linux/process_table.h"

namespace oreum::collect {

namespace {

using model::MetricDesc;
using model::MetricType;

constexpr MetricDesc kThreads{"node_processes_threads", "Allocated threads in system", MetricType::kGauge};
constexpr MetricDesc kMaxThreads{"node_processes_max_threads", "Limit of threads in the system", MetricType::kGauge};
constexpr MetricDesc kState{"node_processes_state", "Number of processes in each state.", MetricType::kGauge};
constexpr MetricDesc kPids{"node_processes_pids", "Number of PIDs", MetricType::kGauge};
constexpr MetricDesc kMaxProcesses{"node_processes_max_processes", "Number of max PIDs limit", MetricType::kGauge};

constexpr MetricDesc kGroupCpu{"node_process_cpu_seconds_total",
                               "CPU time in user and kernel mode of all processes of a name.", MetricType::kCounter};
constexpr MetricDesc kGroupResident{"node_process_resident_memory_bytes",
                                    "Resident memory of all processes of a name; shared pages count in each.",
                                    MetricType::kGauge};
constexpr MetricDesc kGroupCount{"node_process_count", "Number of processes of a name.", MetricType::kGauge};

class Processes final : public Collector {
 public:
  explicit Processes(const Context& context)
      : table_(context.roots.procfs("")),
        threads_max_(context.roots.procfs("sys/kernel/threads-max")),
        pid_max_(context.roots.procfs("sys/kernel/pid_max")),
        groups_(context.top_processes),
        seconds_per_tick_(1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK))),
        bytes_per_page_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {}

  Status collect(Sink& sink) override {
    TRY(count());
    sink.emit(kThreads, static_cast<double>(threads_));
    emit_states(sink);
    sink.emit(kPids, static_cast<double>(pids_));
    emit_groups(sink);
    TRY(emit_limit(sink, kMaxThreads, threads_max_));
    return emit_limit(sink, kMaxProcesses, pid_max_);
  }

 private:
  Status count() {
    threads_ = 0;
    pids_ = 0;
    for (State& state : states_) state.count = 0;
    groups_.begin();
    TRY(table_.pass([this](uint64_t pid, const ProcessStat& stat) { add(pid, stat); }));
    groups_.end();
    return pids_ > 0 ? Status() : Status(no_data());
  }

  void add(uint64_t pid, const ProcessStat& stat) {
    ++pids_;
    threads_ += stat.threads;
    State& state = states_[static_cast<unsigned char>(stat.state) % states_.size()];
    state.seen = true;
    ++state.count;
    groups_.add(pid, stat);
  }

  /// States seen once stay, with 0: their series would come and go all day.
  void emit_states(Sink& sink) const {
    for (size_t i = 0; i < states_.size(); ++i) {
      const char name = static_cast<char>(i);
      if (states_[i].seen) {
        sink.emit(kState, {{"state", std::string_view(&name, 1)}}, static_cast<double>(states_[i].count));
      }
    }
  }

  void emit_groups(Sink& sink) const {
    const auto each = [&](const MetricDesc& desc, auto value) {
      for (const auto& [name, group] : groups_.groups()) {
        if (group.shown) sink.emit(desc, {{"name", name}}, value(group));
      }
    };
    each(kGroupCpu, [&](const ProcessGroup& g) { return static_cast<double>(g.cpu_ticks) * seconds_per_tick_; });
    each(kGroupResident,
         [&](const ProcessGroup& g) { return static_cast<double>(g.resident_pages) * bytes_per_page_; });
    each(kGroupCount, [](const ProcessGroup& g) { return static_cast<double>(g.processes); });
  }

  static Status emit_limit(Sink& sink, const MetricDesc& desc, hostfs::KeptFile& file) {
    TRY_ASSIGN(const std::string_view text, file.read());
    const std::optional<uint64_t> limit = parse_u64(trim(text));
    if (!limit) return Error(Code::kUnavailable, file.path() + ": expected a number");
    sink.emit(desc, static_cast<double>(*limit));
    return {};
  }

  struct State {
    bool seen = false;
    uint64_t count = 0;
  };

  ProcessTable table_;
  hostfs::KeptFile threads_max_;
  hostfs::KeptFile pid_max_;
  ProcessGroups groups_;
  const double seconds_per_tick_;
  const double bytes_per_page_;
  std::array<State, 128> states_;
  uint64_t threads_ = 0;
  uint64_t pids_ = 0;
};

}  // namespace

std::unique_ptr<Collector> make_processes(const Context& context) { return std::make_unique<Processes>(context); }

}  // namespace oreum::collect
