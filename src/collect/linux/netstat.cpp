// Network protocols' counters. /proc/net/netstat and /proc/net/snmp: pairs of lines "Tcp: ActiveOpens …" and
// "Tcp: 20311 …". /proc/net/snmp6: a line "Ip6InOctets 88120" each. The kernel takes four times as long over netstat
// and snmp6, of which little is shown, as over snmp: they are a slow collector of their own, netstat_ext.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/filters.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

/// One pair of lines. Which columns are wanted is worked out anew only when the heading changes.
struct Section {
  struct Column {
    size_t place;
    const model::MetricDesc* desc;
  };
  std::string heading;
  size_t names = 0;
  std::vector<Column> wanted;  // by place
};

class Netstat final : public Collector {
 public:
  enum class Part { kSnmp, kRest };

  Netstat(const Context& context, Part part)
      : part_(part),
        pairs_(context.roots.procfs(part == Part::kSnmp ? "net/snmp" : "net/netstat")),
        snmp6_(context.roots.procfs("net/snmp6")) {}

  Status collect(Sink& sink) override {
    TRY(collect_pairs(sink));
    return part_ == Part::kSnmp ? Status() : collect_snmp6(sink);
  }

 private:
  Status collect_pairs(Sink& sink) {
    TRY_ASSIGN(const std::string_view text, pairs_.read());
    size_t at = 0;
    for (hostfs::Lines lines(text); const auto heading = lines.next(); ++at) {
      if (at == sections_.size()) sections_.emplace_back();
      Section& section = sections_[at];
      if (section.heading != *heading) learn(*heading, section);
      const auto values = lines.next();
      const std::string_view protocol = heading->substr(0, heading->find(':'));
      if (!values || !values->starts_with(protocol)) {
        return Error(Code::kUnavailable,
                     fmt::format("{}: expected a line of values for {}", pairs_.path(), protocol.substr(0, 40)));
      }
      TRY(emit_section(section, *values, pairs_.path(), sink));
    }
    return {};
  }

  void learn(std::string_view heading, Section& section) {
    section.heading = heading;
    section.names = 0;
    section.wanted.clear();
    hostfs::Fields fields(heading);
    std::string_view protocol = fields.next();
    if (protocol.ends_with(':')) protocol.remove_suffix(1);
    for (std::string_view name = fields.next(); !name.empty(); name = fields.next(), ++section.names) {
      if (const model::MetricDesc* desc = family_of(protocol, name)) section.wanted.push_back({section.names, desc});
    }
  }

  static Status emit_section(const Section& section, std::string_view line, const std::string& path, Sink& sink) {
    hostfs::Fields fields(line);
    fields.next();
    size_t place = 0;
    for (const Section::Column& column : section.wanted) {
      for (; place < column.place; ++place) fields.next();
      const std::optional<double> value = fields.next_double();
      ++place;
      if (!value) return Error(Code::kUnavailable, fmt::format("{}: no number for {}", path, column.desc->name));
      sink.emit(*column.desc, *value);
    }
    return {};
  }

  Status collect_snmp6(Sink& sink) {
    const Result<std::string_view> text = snmp6_.read();
    if (!text && text.error().code() == Code::kNotFound) return {};  // a machine without IPv6
    if (!text) return text.error();
    size_t place = 0;
    for (hostfs::Lines lines(*text); const auto line = lines.next(); ++place) {
      hostfs::Fields fields(*line);
      const std::string_view key = fields.next();
      const auto make = [this](std::string_view k) { return family_of_snmp6(k); };
      const model::MetricDesc* desc = snmp6_families_.at(place, key, make);
      if (desc == nullptr) continue;
      const std::optional<double> value = fields.next_double();
      if (!value) return Error(Code::kUnavailable, fmt::format("{}: no number for {}", snmp6_.path(), key));
      sink.emit(*desc, *value);
    }
    return {};
  }

  const model::MetricDesc* family_of(std::string_view protocol, std::string_view field) {
    if (!is_wanted_netstat_field(protocol, field)) return nullptr;
    const std::string name = fmt::format("node_netstat_{}_{}", protocol, field);
    if (!model::is_valid_metric_name(name)) return nullptr;
    return &descs_.get(name, fmt::format("Statistic {}{}.", protocol, field), model::MetricType::kUntyped);
  }

  /// "UdpLite6InErrors": the protocol ends at the first 6.
  const model::MetricDesc* family_of_snmp6(std::string_view key) {
    const size_t six = key.find('6');
    return six == std::string_view::npos ? nullptr : family_of(key.substr(0, six + 1), key.substr(six + 1));
  }

  const Part part_;
  hostfs::KeptFile pairs_;
  hostfs::KeptFile snmp6_;
  std::vector<Section> sections_;
  FieldFamilies snmp6_families_;
  DescCache descs_;
};

}  // namespace

std::unique_ptr<Collector> make_netstat(const Context& context) {
  return std::make_unique<Netstat>(context, Netstat::Part::kSnmp);
}

std::unique_ptr<Collector> make_netstat_ext(const Context& context) {
  return std::make_unique<Netstat>(context, Netstat::Part::kRest);
}

}  // namespace oreum::collect
