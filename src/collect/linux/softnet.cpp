// Packet processing by CPU: /proc/net/softnet_stat, a line of hexadecimal fields a CPU: processed, dropped, squeezed …;
// the thirteenth, on newer kernels, is the CPU's number (offline CPUs have no line).
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr std::array<model::MetricDesc, 3> kFamilies{
    counter("node_softnet_processed_total", "Number of processed packets"),
    counter("node_softnet_dropped_total", "Number of dropped packets"),
    counter("node_softnet_times_squeezed_total", "Number of times processing packets ran out of quota"),
};
constexpr size_t kCpuField = 12;
constexpr size_t kLeastFields = 9;

struct Row {
  std::string cpu;
  uint64_t number = UINT64_MAX;  // what `cpu` says
  std::array<uint64_t, kFamilies.size()> values{};
};

class Softnet final : public Collector {
 public:
  explicit Softnet(const Context& context) : file_(context.roots.procfs("net/softnet_stat")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    size_t count = 0;
    for (hostfs::Lines lines(text); const auto line = lines.next(); ++count) {
      if (count == rows_.size()) rows_.emplace_back();
      TRY(parse(*line, count, rows_[count]));
    }
    rows_.resize(count);
    for (size_t family = 0; family < kFamilies.size(); ++family) {
      for (const Row& row : rows_) {
        sink.emit(kFamilies[family], {{"cpu", row.cpu}}, static_cast<double>(row.values[family]));
      }
    }
    return {};
  }

 private:
  Status parse(std::string_view line, size_t place, Row& row) const {
    std::array<std::string_view, kCpuField + 1> fields;
    const size_t n = hostfs::split_fields(line, fields);
    std::optional<uint64_t> number = place;
    if (n > kCpuField) number = parse_hex(fields[kCpuField]);
    bool good = n >= kLeastFields && number.has_value();
    for (size_t i = 0; good && i < row.values.size(); ++i) {
      const std::optional<uint64_t> value = parse_hex(fields[i]);
      good = value.has_value();
      row.values[i] = value.value_or(0);
    }
    if (!good) return Error(Code::kUnavailable, fmt::format("{}: expected hexadecimal fields", file_.path()));
    if (row.number != *number) {
      row.number = *number;
      row.cpu = std::to_string(*number);
    }
    return {};
  }

  hostfs::KeptFile file_;
  std::vector<Row> rows_;
};

}  // namespace

std::unique_ptr<Collector> make_softnet(const Context& context) { return std::make_unique<Softnet>(context); }

}  // namespace oreum::collect
