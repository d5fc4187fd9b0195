// Bytes waiting in UDP sockets: /proc/net/udp and udp6; the fifth field of a line is "tx:rx" in hexadecimal. The kernel
// walks its whole hash table for each reading, hence the slow lane.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kQueues =
    gauge("node_udp_queues", "Number of allocated memory in the kernel for UDP datagrams in bytes.");

class UdpQueues final : public Collector {
 public:
  explicit UdpQueues(const Context& context)
      : v4_(context.roots.procfs("net/udp")), v6_(context.roots.procfs("net/udp6")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const bool have_v4, collect_file(v4_, "v4", sink));
    TRY_ASSIGN(const bool have_v6, collect_file(v6_, "v6", sink));
    if (!have_v4 && !have_v6) return no_data();
    return {};
  }

 private:
  /// False when there is no such file.
  static Result<bool> collect_file(hostfs::KeptFile& file, std::string_view ip, Sink& sink) {
    const Result<std::string_view> text = file.read();
    if (!text && text.error().code() == Code::kNotFound) return false;
    if (!text) return text.error();
    uint64_t tx = 0;
    uint64_t rx = 0;
    hostfs::Lines lines(*text);
    lines.next();
    while (const auto line = lines.next()) {
      std::array<std::string_view, 5> fields;
      const size_t n = hostfs::split_fields(*line, fields);
      const size_t colon = fields[4].find(':');
      const auto t = n < fields.size() ? std::nullopt : parse_hex(fields[4].substr(0, colon));
      const auto r = colon == std::string_view::npos ? std::nullopt : parse_hex(fields[4].substr(colon + 1));
      if (!t || !r) return Error(Code::kUnavailable, fmt::format("{}: expected tx_queue:rx_queue", file.path()));
      tx += *t;
      rx += *r;
    }
    sink.emit(kQueues, {{"queue", "tx"}, {"ip", ip}}, static_cast<double>(tx));
    sink.emit(kQueues, {{"queue", "rx"}, {"ip", ip}}, static_cast<double>(rx));
    return true;
  }

  hostfs::KeptFile v4_;
  hostfs::KeptFile v6_;
};

}  // namespace

std::unique_ptr<Collector> make_udp_queues(const Context& context) { return std::make_unique<UdpQueues>(context); }

}  // namespace oreum::collect
