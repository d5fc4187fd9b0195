// Sockets by protocol: /proc/net/sockstat and sockstat6, lines "TCP: inuse 41 orphan 1 tw 12 alloc 60 mem 23". mem is
// in pages and shown in bytes too.
#include <fmt/core.h>
#include <unistd.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

class Sockstat final : public Collector {
 public:
  explicit Sockstat(const Context& context)
      : v4_{hostfs::KeptFile(context.roots.procfs("net/sockstat")), {}},
        v6_{hostfs::KeptFile(context.roots.procfs("net/sockstat6")), {}},
        page_bytes_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {}

  Status collect(Sink& sink) override {
    TRY(collect_file(v4_, sink));
    return collect_file(v6_, sink);
  }

 private:
  struct File {
    hostfs::KeptFile file;
    FieldFamilies families;
  };

  Status collect_file(File& f, Sink& sink) {
    const Result<std::string_view> text = f.file.read();
    if (!text && text.error().code() == Code::kNotFound) return {};  // IPv4 or IPv6 is not there
    if (!text) return text.error();
    size_t place = 0;
    for (hostfs::Lines lines(*text); const auto line = lines.next();) TRY(collect_line(f, *line, place, sink));
    return {};
  }

  Status collect_line(File& f, std::string_view line, size_t& place, Sink& sink) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return malformed(f);
    const std::string_view protocol = line.substr(0, colon);
    hostfs::Fields fields(line.substr(colon + 1));
    for (std::string_view state = fields.next(); !state.empty(); state = fields.next()) {
      const std::optional<double> value = fields.next_double();
      if (!value) return malformed(f);
      // The key that tells fields of different lines apart: from the protocol to the state.
      key_.assign(protocol).append("_").append(state);
      emit(f, place++, protocol, state, *value, sink);
      if (state != "mem") continue;
      key_.append("_bytes");
      emit(f, place++, protocol, "mem_bytes", *value * page_bytes_, sink);
    }
    return {};
  }

  void emit(File& f, size_t place, std::string_view protocol, std::string_view state, double value, Sink& sink) {
    const auto make = [&](std::string_view) { return family_of(protocol, state); };
    if (const model::MetricDesc* desc = f.families.at(place, key_, make)) sink.emit(*desc, value);
  }

  static Error malformed(const File& f) {
    return {Code::kUnavailable, fmt::format("{}: expected lines PROTOCOL: state number …", f.file.path())};
  }

  const model::MetricDesc* family_of(std::string_view protocol, std::string_view state) {
    const std::string name = fmt::format("node_sockstat_{}_{}", protocol, state);
    if (!model::is_valid_metric_name(name)) return nullptr;
    const std::string help = name == "node_sockstat_sockets_used"
                                 ? "Number of IPv4 sockets in use."
                                 : fmt::format("Number of {} sockets in state {}.", protocol, state);
    return &descs_.get(name, help, model::MetricType::kGauge);
  }

  File v4_;
  File v6_;
  double page_bytes_;
  std::string key_;
  DescCache descs_;
};

}  // namespace

std::unique_ptr<Collector> make_sockstat(const Context& context) { return std::make_unique<Sockstat>(context); }

}  // namespace oreum::collect
