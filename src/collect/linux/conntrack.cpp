// Connection tracking: the table's size from /proc/sys/net/netfilter, events from /proc/net/stat/nf_conntrack: a
// heading, then a line a CPU of hexadecimal counters, which are added up. search_restart is missing on old kernels.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kEntries =
    gauge("node_nf_conntrack_entries", "Number of currently allocated flow entries for connection tracking.");
constexpr model::MetricDesc kLimit =
    gauge("node_nf_conntrack_entries_limit", "Maximum size of connection tracking table.");

constexpr size_t kFields = 17;
constexpr size_t kFieldsOfOldKernels = 16;

struct Stat {
  size_t field;  // its place in a line
  model::MetricDesc desc;
};
// node_exporter calls these gauges, though they only rise.
constexpr auto kStats = std::to_array<Stat>({
    {2, gauge("node_nf_conntrack_stat_found", "Number of searched entries which were successful.")},
    {4, gauge("node_nf_conntrack_stat_invalid", "Number of packets seen which can not be tracked.")},
    {5, gauge("node_nf_conntrack_stat_ignore",
              "Number of packets seen which are already connected to a conntrack entry.")},
    {8, gauge("node_nf_conntrack_stat_insert", "Number of entries inserted into the list.")},
    {9, gauge("node_nf_conntrack_stat_insert_failed",
              "Number of entries for which list insertion was attempted but failed.")},
    {10, gauge("node_nf_conntrack_stat_drop", "Number of packets dropped due to conntrack failure.")},
    {11, gauge("node_nf_conntrack_stat_early_drop",
               "Number of dropped conntrack entries to make room for new ones, if maximum table size was reached.")},
    {16, gauge("node_nf_conntrack_stat_search_restart",
               "Number of conntrack table lookups which had to be restarted due to hashtable resizes.")},
});

class Conntrack final : public Collector {
 public:
  explicit Conntrack(const Context& context)
      : count_(context.roots.procfs("sys/net/netfilter/nf_conntrack_count")),
        max_(context.roots.procfs("sys/net/netfilter/nf_conntrack_max")),
        stat_(context.roots.procfs("net/stat/nf_conntrack")) {}

  Status collect(Sink& sink) override {
    TRY(emit_number(count_, kEntries, sink));
    TRY(emit_number(max_, kLimit, sink));
    const Result<std::string_view> text = stat_.read();
    if (!text && text.error().code() == Code::kNotFound) return no_data();
    if (!text) return text.error();
    sums_.fill(0);
    hostfs::Lines lines(*text);
    lines.next();
    while (const auto line = lines.next()) TRY(add(*line));
    for (const Stat& stat : kStats) sink.emit(stat.desc, static_cast<double>(sums_[stat.field]));
    return {};
  }

 private:
  static Status emit_number(hostfs::KeptFile& file, const model::MetricDesc& desc, Sink& sink) {
    const Result<std::string_view> text = file.read();
    if (!text && text.error().code() == Code::kNotFound) return no_data();
    if (!text) return text.error();
    const std::optional<uint64_t> number = parse_u64(trim(*text));
    if (!number) return Error(Code::kUnavailable, fmt::format("{}: expected a number", file.path()));
    sink.emit(desc, static_cast<double>(*number));
    return {};
  }

  Status add(std::string_view line) {
    std::array<std::string_view, kFields> fields;
    const size_t n = hostfs::split_fields(line, fields);
    if (n < kFieldsOfOldKernels) {
      return Error(Code::kUnavailable, fmt::format("{}: expected 16 or 17 fields, found {}", stat_.path(), n));
    }
    for (size_t i = 0; i < std::min(n, kFields); ++i) {
      const std::optional<uint64_t> value = parse_hex(fields[i]);
      if (!value) return Error(Code::kUnavailable, fmt::format("{}: expected hexadecimal numbers", stat_.path()));
      sums_[i] += *value;
    }
    return {};
  }

  hostfs::KeptFile count_;
  hostfs::KeptFile max_;
  hostfs::KeptFile stat_;
  std::array<uint64_t, kFields> sums_{};
};

}  // namespace

std::unique_ptr<Collector> make_conntrack(const Context& context) { return std::make_unique<Conntrack>(context); }

}  // namespace oreum::collect
