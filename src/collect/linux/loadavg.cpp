// Load averages: /proc/loadavg, "0.20 0.18 0.12 1/80 11206" — the first three fields, for 1, 5 and 15 minutes.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kLoad1{"node_load1", "1m load average.", model::MetricType::kGauge};
constexpr model::MetricDesc kLoad5{"node_load5", "5m load average.", model::MetricType::kGauge};
constexpr model::MetricDesc kLoad15{"node_load15", "15m load average.", model::MetricType::kGauge};

class Loadavg final : public Collector {
 public:
  explicit Loadavg(const Context& context) : file_(context.roots.procfs("loadavg")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    hostfs::Fields fields(text);
    for (const model::MetricDesc* desc : {&kLoad1, &kLoad5, &kLoad15}) {
      const std::optional<double> load = fields.next_double();
      if (!load) return Error(Code::kUnavailable, fmt::format("{}: expected three load averages", file_.path()));
      sink.emit(*desc, *load);
    }
    return {};
  }

 private:
  hostfs::KeptFile file_;
};

}  // namespace

std::unique_ptr<Collector> make_loadavg(const Context& context) { return std::make_unique<Loadavg>(context); }

}  // namespace oreum::collect
