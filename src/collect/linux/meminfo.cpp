// Memory: /proc/meminfo, lines "Active(anon):  3011220 kB". A field becomes node_memory_Active_anon_bytes; those
// without a unit (HugePages_Total) keep their number. Beside them the share of memory and of swap in use.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kMemoryUsage =
    gauge("memory_usage_percent", "Memory that programs could not get without swapping: (total - available) / total.");
constexpr model::MetricDesc kSwapUsage = gauge("swap_usage_percent", "Swap space in use; 0 when there is none.");

constexpr double kKilo = 1024;

/// The fields the shares are computed from, in bytes.
struct Amounts {
  std::optional<double> total, free, available, buffers, cached, swap_total, swap_free;

  void remember(std::string_view key, double bytes) {
    if (key == "MemTotal") total = bytes;
    if (key == "MemFree") free = bytes;
    if (key == "MemAvailable") available = bytes;
    if (key == "Buffers") buffers = bytes;
    if (key == "Cached") cached = bytes;
    if (key == "SwapTotal") swap_total = bytes;
    if (key == "SwapFree") swap_free = bytes;
  }
};

class Meminfo final : public Collector {
 public:
  explicit Meminfo(const Context& context) : file_(context.roots.procfs("meminfo")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    Amounts amounts;
    size_t place = 0;
    for (hostfs::Lines lines(text); const auto line = lines.next(); ++place) {
      TRY(emit_line(*line, place, amounts, sink));
    }
    emit_shares(amounts, sink);
    return {};
  }

 private:
  Status emit_line(std::string_view line, size_t place, Amounts& amounts, Sink& sink) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return trim(line).empty() ? Status() : malformed(line);
    const std::string_view key = line.substr(0, colon);
    hostfs::Fields fields(line.substr(colon + 1));
    const std::optional<double> number = fields.next_double();
    if (!number) return malformed(key);
    const bool kilobytes = fields.next() == "kB";
    const double value = kilobytes ? *number * kKilo : *number;
    const model::MetricDesc* desc =
        families_.at(place, key, [&](std::string_view k) { return family_of(k, kilobytes); });
    if (desc == nullptr) return malformed(key);
    sink.emit(*desc, value);
    amounts.remember(key, value);
    return {};
  }

  Error malformed(std::string_view what) const {
    return {Code::kUnavailable, fmt::format("{}: not understood: {}", file_.path(), what.substr(0, 40))};
  }

  /// "Active(anon)", kB → node_memory_Active_anon_bytes.
  const model::MetricDesc* family_of(std::string_view key, bool kilobytes) {
    std::string field;
    for (const char c : key) {
      if (c == ')') continue;
      field += c == '(' ? '_' : c;
    }
    if (kilobytes) field += "_bytes";
    const std::string name = "node_memory_" + field;
    if (!model::is_valid_metric_name(name)) return nullptr;
    const bool total = field.ends_with("_total");
    return &descs_.get(name, fmt::format("Memory information field {}.", field),
                       total ? model::MetricType::kCounter : model::MetricType::kGauge);
  }

  static void emit_shares(const Amounts& a, Sink& sink) {
    // Kernels before 3.14 do not say what is available: what is free or easily freed stands in for it.
    const double available = a.available.value_or(a.free.value_or(0) + a.buffers.value_or(0) + a.cached.value_or(0));
    if (a.total && *a.total > 0 && available <= *a.total) {
      sink.emit(kMemoryUsage, (*a.total - available) / *a.total * 100);
    }
    if (a.swap_total && a.swap_free && *a.swap_free <= *a.swap_total) {
      sink.emit(kSwapUsage, *a.swap_total > 0 ? (*a.swap_total - *a.swap_free) / *a.swap_total * 100 : 0);
    }
  }

  hostfs::KeptFile file_;
  FieldFamilies families_;
  DescCache descs_;
};

}  // namespace

std::unique_ptr<Collector> make_meminfo(const Context& context) { return std::make_unique<Meminfo>(context); }

}  // namespace oreum::collect
