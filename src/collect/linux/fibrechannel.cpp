// Fibre Channel host adapters: /sys/class/fc_host/<host>, counters in its folder statistics (hexadecimal).
#include <limits>

#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo =
    gauge("node_fibrechannel_info", "Non-numeric data from /sys/class/fc_host/<host>, value is always 1.");

/// The files that become labels of kInfo under the same name. The kernel writes those marked as hexadecimal with "0x".
constexpr struct {
  std::string_view name;
  bool hexadecimal = false;
} kTexts[] = {{"speed"},         {"port_state"},        {"port_type"},
              {"port_id", true}, {"port_name", true},   {"fabric_name", true},
              {"symbolic_name"}, {"supported_classes"}, {"supported_speeds"},
              {"dev_loss_tmo"}};

constexpr struct {
  std::string_view file;
  model::MetricDesc desc;
} kCounters[] = {
    {"dumped_frames", counter("node_fibrechannel_dumped_frames_total", "Number of dumped frames")},
    {"error_frames", counter("node_fibrechannel_error_frames_total", "Number of errors in frames")},
    {"invalid_crc_count", counter("node_fibrechannel_invalid_crc_total", "Invalid Cyclic Redundancy Check count")},
    {"rx_frames", counter("node_fibrechannel_rx_frames_total", "Number of frames received")},
    {"rx_words", counter("node_fibrechannel_rx_words_total", "Number of words received by host port")},
    {"tx_frames", counter("node_fibrechannel_tx_frames_total", "Number of frames transmitted by host port")},
    {"tx_words", counter("node_fibrechannel_tx_words_total", "Number of words transmitted by host port")},
    {"seconds_since_last_reset",
     counter("node_fibrechannel_seconds_since_last_reset_total", "Number of seconds since last host port reset")},
    {"invalid_tx_word_count",
     counter("node_fibrechannel_invalid_tx_words_total", "Number of invalid words transmitted by host port")},
    {"link_failure_count",
     counter("node_fibrechannel_link_failure_total", "Number of times the host port link has failed")},
    {"loss_of_sync_count", counter("node_fibrechannel_loss_of_sync_total",
                                   "Number of failures on either bit or transmission word boundaries")},
    {"loss_of_signal_count", counter("node_fibrechannel_loss_of_signal_total", "Number of times signal has been lost")},
    {"nos_count",
     counter("node_fibrechannel_nos_total", "Number Not_Operational Primitive Sequence received by host port")},
    {"fcp_packet_aborts", counter("node_fibrechannel_fcp_packet_aborts_total", "Number of aborted packets")},
};

/// What the firmware says of a counter that it does not have.
constexpr uint64_t kNotImplemented = std::numeric_limits<uint64_t>::max();

class FibreChannel final : public Collector {
 public:
  explicit FibreChannel(const Context& context) : class_(context.roots.sysfs("class/fc_host")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> hosts, list_or_no_data(class_.path()));
    for (const std::string& host : hosts) {
      const Attributes folder = class_.folder(host);
      emit_info(sink, host, folder);
      const Attributes statistics = folder.folder("statistics");
      for (const auto& [file, desc] : kCounters) {
        // A counter without a file is shown as 0, as node_exporter does.
        const uint64_t value = statistics.u64(file).value_or(0);
        if (value != kNotImplemented) sink.emit(desc, {{"fc_host", host}}, static_cast<double>(value));
      }
    }
    return {};
  }

 private:
  static void emit_info(Sink& sink, std::string_view host, const Attributes& folder) {
    std::string values[std::size(kTexts)];
    std::vector<model::Label> labels{{"fc_host", host}};
    for (size_t i = 0; i < std::size(kTexts); ++i) {
      values[i] = folder.text(kTexts[i].name).value_or("");
      std::string_view value = values[i];
      if (kTexts[i].hexadecimal && value.starts_with("0x")) value.remove_prefix(2);
      labels.push_back({kTexts[i].name, value});
    }
    sink.emit(kInfo, labels, 1);
  }

  Attributes class_;
};

}  // namespace

std::unique_ptr<Collector> make_fibrechannel(const Context& context) { return std::make_unique<FibreChannel>(context); }

}  // namespace oreum::collect
