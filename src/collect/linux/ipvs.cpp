// The kernel's load balancer: totals in /proc/net/ip_vs_stats, services and their backends in /proc/net/ip_vs.
//
//   TCP  C0A80016:0CEA wlc
//     -> C0A85216:0CEA      Tunnel  100    248        2
//
// Addresses and totals are hexadecimal; a service by firewall mark ("FWM  10001000 wlc") has no address.
#include <array>
#include <utility>

#include <fmt/format.h>

#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

/// In the order of the columns.
constexpr model::MetricDesc kTotals[] = {
    counter("node_ipvs_connections_total", "The total number of connections made."),
    counter("node_ipvs_incoming_packets_total", "The total number of incoming packets."),
    counter("node_ipvs_outgoing_packets_total", "The total number of outgoing packets."),
    counter("node_ipvs_incoming_bytes_total", "The total amount of incoming data."),
    counter("node_ipvs_outgoing_bytes_total", "The total amount of outgoing data."),
};
constexpr model::MetricDesc kActive =
    gauge("node_ipvs_backend_connections_active", "The current active connections by local and remote address.");
constexpr model::MetricDesc kInactive =
    gauge("node_ipvs_backend_connections_inactive", "The current inactive connections by local and remote address.");
constexpr model::MetricDesc kWeight =
    gauge("node_ipvs_backend_weight", "The current backend weight by local and remote address.");

/// Text of bounded length without an allocation.
struct ShortText {
  std::array<char, 48> bytes;
  size_t size = 0;

  std::string_view view() const { return {bytes.data(), size}; }
  template <typename... Args>
  void append(fmt::format_string<Args...> format, Args... args) {
    const auto written = fmt::format_to_n(bytes.data() + size, bytes.size() - size, format, std::move(args)...);
    size = static_cast<size_t>(written.out - bytes.data());
  }
};

using Groups = std::array<unsigned, 8>;  // of an IPv6 address

/// The longest run of two or more zero groups, the first of equals: it is written "::" (RFC 5952).
std::pair<size_t, size_t> longest_zero_run(const Groups& groups) {
  std::pair<size_t, size_t> best{groups.size(), 0};
  for (size_t i = 0; i < groups.size(); ++i) {
    size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i >= 2 && end - i > best.second) best = {i, end - i};
  }
  return best;
}

void append_dotted(ShortText& out, uint32_t ip) {
  out.append("{}.{}.{}.{}", ip >> 24, ip >> 16 & 0xFF, ip >> 8 & 0xFF, ip & 0xFF);
}

void append_ipv6(ShortText& out, const Groups& groups) {
  const auto [zeros, length] = longest_zero_run(groups);
  if (zeros == 0 && length == 5 && groups[5] == 0xFFFF) return append_dotted(out, groups[6] << 16 | groups[7]);
  for (size_t i = 0; i < groups.size(); ++i) {
    if (i == zeros) {
      out.append("::");
      i += length - 1;
      continue;
    }
    if (i != 0 && i != zeros + length) out.append(":");
    out.append("{:x}", groups[i]);
  }
}

struct Endpoint {
  ShortText address;
  ShortText port;
};

/// "C0A80016:0CEA" or "[2001:0db8:…:0010]:01BB", every group with its four digits.
bool parse_endpoint(std::string_view text, Endpoint& out) {
  out = {};
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.size() - colon != 5) return false;
  const std::optional<uint64_t> port = parse_hex(text.substr(colon + 1));
  if (!port) return false;
  out.port.append("{}", *port);
  text = text.substr(0, colon);
  if (text.size() == 8) {
    const std::optional<uint64_t> ip = parse_hex(text);
    if (ip) append_dotted(out.address, static_cast<uint32_t>(*ip));
    return ip.has_value();
  }
  if (text.size() != 41 || !text.starts_with('[')) return false;
  Groups groups;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::optional<uint64_t> group = parse_hex(text.substr(1 + i * 5, 4));
    if (!group) return false;
    groups[i] = static_cast<unsigned>(*group);
  }
  append_ipv6(out.address, groups);
  return true;
}

class Ipvs final : public Collector {
 public:
  explicit Ipvs(const Context& context)
      : totals_(context.roots.procfs("net/ip_vs_stats")), services_(context.roots.procfs("net/ip_vs")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view totals, read_or_no_data(totals_));
    TRY(emit_totals(sink, totals));
    TRY_ASSIGN(const std::string_view services, services_.read());
    hostfs::Lines lines(services);
    while (const auto line = lines.next()) TRY(take_line(sink, *line));
    return {};
  }

 private:
  Status emit_totals(Sink& sink, std::string_view text) const {
    hostfs::Lines lines(text);
    lines.next();  // two lines of headings
    lines.next();
    hostfs::Fields fields(lines.next().value_or(""));
    for (const model::MetricDesc& desc : kTotals) {
      const std::optional<uint64_t> total = parse_hex(fields.next());
      if (!total) return Error(Code::kUnavailable, fmt::format("{}: expected five totals", totals_.path()));
      sink.emit(desc, static_cast<double>(*total));
    }
    return {};
  }

  Status take_line(Sink& sink, std::string_view line) {
    hostfs::Fields fields(line);
    const std::string_view first = fields.next();
    const std::string_view second = fields.next();
    if (first.empty() || first == "IP" || first == "Prot" || second == "RemoteAddress:Port") return {};
    if (first == "->") return take_backend(sink, second, fields, line);
    protocol_ = first;
    mark_ = {};
    local_ = {};
    if (first == "FWM") {
      mark_ = second;
      local_.port.append("0");
      return {};
    }
    return parse_endpoint(second, local_) ? Status() : bad(line);
  }

  Status take_backend(Sink& sink, std::string_view endpoint, hostfs::Fields& fields, std::string_view line) const {
    Endpoint remote;
    fields.next();  // how packets are forwarded
    const std::optional<uint64_t> weight = fields.next_u64();
    const std::optional<uint64_t> active = fields.next_u64();
    const std::optional<uint64_t> inactive = fields.next_u64();
    if (!parse_endpoint(endpoint, remote) || !weight || !active || !inactive) return bad(line);
    const std::initializer_list<model::Label> labels{
        {"local_address", local_.address.view()},
        {"local_port", local_.port.view()},
        {"remote_address", remote.address.view()},
        {"remote_port", remote.port.view()},
        {"proto", protocol_},
        {"local_mark", mark_},
    };
    sink.emit(kActive, labels, static_cast<double>(*active));
    sink.emit(kInactive, labels, static_cast<double>(*inactive));
    sink.emit(kWeight, labels, static_cast<double>(*weight));
    return {};
  }

  Error bad(std::string_view line) const {
    return {Code::kUnavailable, fmt::format("{}: cannot read \"{}\"", services_.path(), line)};
  }

  hostfs::KeptFile totals_;
  hostfs::KeptFile services_;
  // The service whose backends are being read.
  std::string_view protocol_;
  std::string_view mark_;
  Endpoint local_;
};

}  // namespace

std::unique_ptr<Collector> make_ipvs(const Context& context) { return std::make_unique<Ipvs>(context); }

}  // namespace oreum::collect
