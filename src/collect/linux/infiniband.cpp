// InfiniBand and RDMA adapters: /sys/class/infiniband/<device>/ports/<port>.
#include "base/number.h"
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo =
    gauge("node_infiniband_info", "Non-numeric data from /sys/class/infiniband/<device>, value is always 1.");
constexpr model::MetricDesc kState = gauge("node_infiniband_state_id",
                                           "State of the InfiniBand port (0: no change, 1: down, 2: init, 3: armed, "
                                           "4: active, 5: act defer)");
constexpr model::MetricDesc kPhysicalState =
    gauge("node_infiniband_physical_state_id",
          "Physical state of the InfiniBand port (0: no change, 1: sleep, 2: polling, 3: disable, 4: shift, 5: link "
          "up, 6: link error recover, 7: phytest)");
constexpr model::MetricDesc kRate = gauge("node_infiniband_rate_bytes_per_second", "Maximum signal transfer rate");

struct Counter {
  std::string_view file;  // below the port's folder
  model::MetricDesc desc;
  uint64_t factor = 1;
};

constexpr Counter port_counter(std::string_view file, std::string_view name, std::string_view help,
                               uint64_t factor = 1) {
  return {file, counter(name, help), factor};
}

constexpr uint64_t kWord = 4;  // data is counted in 32-bit words on each lane

constexpr Counter kCounters[] = {
    // counters_ext: 64-bit counters of adapters from before the kernel had them in counters.
    port_counter("counters_ext/port_multicast_rcv_packets", "node_infiniband_legacy_multicast_packets_received_total",
                 "Number of multicast packets received"),
    port_counter("counters_ext/port_multicast_xmit_packets",
                 "node_infiniband_legacy_multicast_packets_transmitted_total",
                 "Number of multicast packets transmitted"),
    port_counter("counters_ext/port_rcv_data_64", "node_infiniband_legacy_data_received_bytes_total",
                 "Number of data octets received on all links", kWord),
    port_counter("counters_ext/port_rcv_packets_64", "node_infiniband_legacy_packets_received_total",
                 "Number of data packets received on all links"),
    port_counter("counters_ext/port_unicast_rcv_packets", "node_infiniband_legacy_unicast_packets_received_total",
                 "Number of unicast packets received"),
    port_counter("counters_ext/port_unicast_xmit_packets", "node_infiniband_legacy_unicast_packets_transmitted_total",
                 "Number of unicast packets transmitted"),
    port_counter("counters_ext/port_xmit_data_64", "node_infiniband_legacy_data_transmitted_bytes_total",
                 "Number of data octets transmitted on all links", kWord),
    port_counter("counters_ext/port_xmit_packets_64", "node_infiniband_legacy_packets_transmitted_total",
                 "Number of data packets transmitted on all links"),
    port_counter("counters/excessive_buffer_overrun_errors", "node_infiniband_excessive_buffer_overrun_errors_total",
                 "Number of times that consecutive flow control update periods had an overrun error each."),
    port_counter("counters/link_downed", "node_infiniband_link_downed_total",
                 "Number of times the link failed to recover from an error state and went down"),
    port_counter("counters/link_error_recovery", "node_infiniband_link_error_recovery_total",
                 "Number of times the link successfully recovered from an error state"),
    port_counter("counters/local_link_integrity_errors", "node_infiniband_local_link_integrity_errors_total",
                 "Number of times that the local physical errors exceeded their threshold."),
    port_counter("counters/multicast_rcv_packets", "node_infiniband_multicast_packets_received_total",
                 "Number of multicast packets received (including errors)"),
    port_counter("counters/multicast_xmit_packets", "node_infiniband_multicast_packets_transmitted_total",
                 "Number of multicast packets transmitted (including errors)"),
    port_counter("counters/port_rcv_constraint_errors", "node_infiniband_port_constraint_errors_received_total",
                 "Number of packets received on the switch physical port that are discarded"),
    port_counter("counters/port_xmit_constraint_errors", "node_infiniband_port_constraint_errors_transmitted_total",
                 "Number of packets not transmitted from the switch physical port"),
    port_counter("counters/port_rcv_data", "node_infiniband_port_data_received_bytes_total",
                 "Number of data octets received on all links", kWord),
    port_counter("counters/port_xmit_data", "node_infiniband_port_data_transmitted_bytes_total",
                 "Number of data octets transmitted on all links", kWord),
    port_counter("counters/port_rcv_discards", "node_infiniband_port_discards_received_total",
                 "Number of inbound packets discarded by the port because the port is down or congested"),
    port_counter("counters/port_xmit_discards", "node_infiniband_port_discards_transmitted_total",
                 "Number of outbound packets discarded by the port because the port is down or congested"),
    port_counter("counters/port_rcv_errors", "node_infiniband_port_errors_received_total",
                 "Number of packets containing an error that were received on this port"),
    port_counter("counters/port_rcv_packets", "node_infiniband_port_packets_received_total",
                 "Number of packets received on all VLs by this port (including errors)"),
    port_counter("counters/port_xmit_packets", "node_infiniband_port_packets_transmitted_total",
                 "Number of packets transmitted on all VLs from this port (including errors)"),
    port_counter("counters/port_rcv_remote_physical_errors",
                 "node_infiniband_port_receive_remote_physical_errors_total",
                 "Number of packets received on the port that were marked bad by a remote port."),
    port_counter("counters/port_rcv_switch_relay_errors", "node_infiniband_port_receive_switch_relay_errors_total",
                 "Number of packets that could not be forwarded by the switch."),
    port_counter(
        "counters/port_xmit_wait", "node_infiniband_port_transmit_wait_total",
        "Number of ticks during which the port had data to transmit but no data was sent during the entire tick"),
    port_counter("counters/symbol_error", "node_infiniband_symbol_error_total",
                 "Number of minor link errors detected on one or more physical lanes."),
    port_counter("counters/unicast_rcv_packets", "node_infiniband_unicast_packets_received_total",
                 "Number of unicast packets received (including errors)"),
    port_counter("counters/unicast_xmit_packets", "node_infiniband_unicast_packets_transmitted_total",
                 "Number of unicast packets transmitted (including errors)"),
    port_counter("counters/VL15_dropped", "node_infiniband_vl15_dropped_total",
                 "Number of incoming VL15 packets dropped due to resource limitations."),
};

/// "4: ACTIVE" → 4.
std::optional<uint64_t> state_id(std::string_view text) { return parse_u64(trim(text.substr(0, text.find(':')))); }

/// "2.5 Gb/sec (1X SDR)" → bytes a second.
std::optional<double> bytes_per_second(std::string_view text) {
  const std::optional<double> gigabits = parse_double(text.substr(0, text.find(' ')));
  if (!gigabits || !(*gigabits >= 0) || *gigabits > 1e6) return std::nullopt;
  return static_cast<double>(static_cast<uint64_t>(*gigabits * 125e6));
}

class Infiniband final : public Collector {
 public:
  explicit Infiniband(const Context& context) : class_(context.roots.sysfs("class/infiniband")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> devices, list_or_no_data(class_.path()));
    for (const std::string& device : devices) {
      const Attributes folder = class_.folder(device);
      emit_info(sink, device, folder);
      const Attributes ports = folder.folder("ports");
      for (const std::string& port : ports.names()) emit_port(sink, device, port, ports.folder(port));
    }
    return {};
  }

 private:
  static void emit_info(Sink& sink, std::string_view device, const Attributes& folder) {
    const std::string board = folder.text("board_id").value_or("");
    const std::string firmware = folder.text("fw_ver").value_or("");
    const std::string type = folder.text("hca_type").value_or("");
    sink.emit(kInfo, {{"device", device}, {"board_id", board}, {"firmware_version", firmware}, {"hca_type", type}}, 1);
  }

  static void emit_port(Sink& sink, std::string_view device, std::string_view port, const Attributes& folder) {
    const std::initializer_list<model::Label> labels{{"device", device}, {"port", port}};
    if (const auto id = state_id(folder.text("state").value_or(""))) {
      sink.emit(kState, labels, static_cast<double>(*id));
    }
    if (const auto id = state_id(folder.text("phys_state").value_or(""))) {
      sink.emit(kPhysicalState, labels, static_cast<double>(*id));
    }
    if (const auto rate = bytes_per_second(folder.text("rate").value_or(""))) sink.emit(kRate, labels, *rate);
    for (const Counter& c : kCounters) {
      // An adapter may lack any of them, or say "N/A (no PMA)".
      if (const auto n = folder.u64(c.file)) sink.emit(c.desc, labels, static_cast<double>(*n * c.factor));
    }
  }

  Attributes class_;
};

}  // namespace

std::unique_ptr<Collector> make_infiniband(const Context& context) { return std::make_unique<Infiniband>(context); }

}  // namespace oreum::collect
