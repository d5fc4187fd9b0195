// SCSI tape drives: /sys/class/scsi_tape/st<N>/stats.
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr struct {
  std::string_view file;
  model::MetricDesc desc;
  double factor = 1;
} kStats[] = {
    {"in_flight", gauge("node_tape_io_now", "The number of I/Os currently outstanding to this device.")},
    {"io_ns",
     counter("node_tape_io_time_seconds_total",
             "The amount of time spent waiting for all I/O to complete, tape movement included."),
     1e-9},
    {"other_cnt", counter("node_tape_io_others_total",
                          "The number of I/Os issued to the tape drive other than read or write commands.")},
    {"read_byte_cnt", counter("node_tape_read_bytes_total", "The number of bytes read from the tape drive.")},
    {"read_cnt", counter("node_tape_reads_completed_total", "The number of read requests issued to the tape drive.")},
    {"read_ns",
     counter("node_tape_read_time_seconds_total", "The amount of time spent waiting for read requests to complete."),
     1e-9},
    {"resid_cnt", counter("node_tape_residual_total",
                          "The number of times a read or write did not move all the data: a read larger than the "
                          "tape's block, or a write "
                          "that was cut.")},
    {"write_byte_cnt", counter("node_tape_written_bytes_total", "The number of bytes written to the tape drive.")},
    {"write_cnt",
     counter("node_tape_writes_completed_total", "The number of write requests issued to the tape drive.")},
    {"write_ns",
     counter("node_tape_write_time_seconds_total", "The amount of time spent waiting for write requests to complete."),
     1e-9},
};

class Tapestats final : public Collector {
 public:
  explicit Tapestats(const Context& context) : class_(context.roots.sysfs("class/scsi_tape")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> devices, list_or_no_data(class_.path()));
    for (const std::string& device : devices) {
      // nst0, st0a, st0l … are other modes of the same drive, with the same statistics.
      if (number_after("st", device).empty()) continue;
      const Attributes stats = class_.folder(device).folder("stats");
      for (const auto& [file, desc, factor] : kStats) {
        // A missing file is shown as 0, as node_exporter does.
        sink.emit(desc, {{"device", device}}, static_cast<double>(stats.u64(file).value_or(0)) * factor);
      }
    }
    return {};
  }

 private:
  Attributes class_;
};

}  // namespace

std::unique_ptr<Collector> make_tapestats(const Context& context) { return std::make_unique<Tapestats>(context); }

}  // namespace oreum::collect
