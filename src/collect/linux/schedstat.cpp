// The scheduler's time by CPU: /proc/schedstat, lines "cpu0" with nine numbers; the last three are nanoseconds running,
// nanoseconds waiting and time slices.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr double kNanosPerSecond = 1e9;

struct Family {
  model::MetricDesc desc;
  double divisor;
};
constexpr auto kFamilies = std::to_array<Family>({
    {counter("node_schedstat_running_seconds_total", "Number of seconds CPU spent running a process."),
     kNanosPerSecond},
    {counter("node_schedstat_waiting_seconds_total", "Number of seconds spent by processing waiting for this CPU."),
     kNanosPerSecond},
    {counter("node_schedstat_timeslices_total", "Number of timeslices executed by CPU."), 1},
});
constexpr size_t kFirstField = 7;  // after the name

struct Row {
  std::string_view cpu;  // in the text just read
  std::array<uint64_t, kFamilies.size()> values{};
};

class Schedstat final : public Collector {
 public:
  explicit Schedstat(const Context& context)
      : file_(context.roots.procfs("schedstat"), hostfs::KeptFile::LinesAre::kMaybeLong) {}

  Status collect(Sink& sink) override {
    const Result<std::string_view> text = file_.read();
    if (!text && text.error().code() == Code::kNotFound) return no_data();
    if (!text) return text.error();
    rows_.clear();
    for (hostfs::Lines lines(*text); const auto line = lines.next();) {
      if (line->starts_with("cpu")) TRY(parse(*line));
    }
    for (size_t family = 0; family < kFamilies.size(); ++family) {
      for (const Row& row : rows_) {
        sink.emit(kFamilies[family].desc, {{"cpu", row.cpu}},
                  static_cast<double>(row.values[family]) / kFamilies[family].divisor);
      }
    }
    return {};
  }

 private:
  Status parse(std::string_view line) {
    std::array<std::string_view, kFirstField + kFamilies.size()> fields;
    const bool enough = hostfs::split_fields(line, fields) >= fields.size();
    Row row;
    for (size_t i = 0; i < row.values.size(); ++i) {
      const auto value = enough ? parse_u64(fields[kFirstField + i]) : std::nullopt;
      if (!value) return Error(Code::kUnavailable, fmt::format("{}: expected nine numbers a CPU", file_.path()));
      row.values[i] = *value;
    }
    row.cpu = fields[0].substr(3);
    rows_.push_back(row);
    return {};
  }

  hostfs::KeptFile file_;
  std::vector<Row> rows_;
};

}  // namespace

std::unique_ptr<Collector> make_schedstat(const Context& context) { return std::make_unique<Schedstat>(context); }

}  // namespace oreum::collect
