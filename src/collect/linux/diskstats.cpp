// Block devices: /proc/diskstats, "major minor name" and 11 counters, 15 since kernel 4.18, 17 since 5.5. Sectors are
// of 512 bytes, times in milliseconds. Partitions, loop and RAM devices are left out.
#include <algorithm>

#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/disk_info.h"
#include "collect/linux/filters.h"
#include "collect/linux/rate.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

enum class Unit { kCount, kSectors, kMilliseconds };

struct Family {
  model::MetricDesc desc;
  Unit unit;
};
constexpr auto kFamilies = std::to_array<Family>({
    {counter("node_disk_reads_completed_total", "The total number of reads completed successfully."), Unit::kCount},
    {counter("node_disk_reads_merged_total", "The total number of reads merged."), Unit::kCount},
    {counter("node_disk_read_bytes_total", "The total number of bytes read successfully."), Unit::kSectors},
    {counter("node_disk_read_time_seconds_total", "The total number of seconds spent by all reads."),
     Unit::kMilliseconds},
    {counter("node_disk_writes_completed_total", "The total number of writes completed successfully."), Unit::kCount},
    {counter("node_disk_writes_merged_total", "The number of writes merged."), Unit::kCount},
    {counter("node_disk_written_bytes_total", "The total number of bytes written successfully."), Unit::kSectors},
    {counter("node_disk_write_time_seconds_total", "This is the total number of seconds spent by all writes."),
     Unit::kMilliseconds},
    {gauge("node_disk_io_now", "The number of I/Os currently in progress."), Unit::kCount},
    {counter("node_disk_io_time_seconds_total", "Total seconds spent doing I/Os."), Unit::kMilliseconds},
    {counter("node_disk_io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os."),
     Unit::kMilliseconds},
    {counter("node_disk_discards_completed_total", "The total number of discards completed successfully."),
     Unit::kCount},
    {counter("node_disk_discards_merged_total", "The total number of discards merged."), Unit::kCount},
    {counter("node_disk_discarded_sectors_total", "The total number of sectors discarded successfully."), Unit::kCount},
    {counter("node_disk_discard_time_seconds_total", "This is the total number of seconds spent by all discards."),
     Unit::kMilliseconds},
    {counter("node_disk_flush_requests_total", "The total number of flush requests completed successfully"),
     Unit::kCount},
    {counter("node_disk_flush_requests_time_seconds_total",
             "This is the total number of seconds spent by all flush requests."),
     Unit::kMilliseconds},
});
constexpr size_t kFields = kFamilies.size();
constexpr size_t kLeastFields = 11;
constexpr size_t kReadSectors = 2;
constexpr size_t kWrittenSectors = 6;
constexpr size_t kIoMilliseconds = 9;

constexpr model::MetricDesc kReadRate =
    gauge("disk_read_bytes_per_second", "Bytes read a second since the last reading.");
constexpr model::MetricDesc kWriteRate =
    gauge("disk_written_bytes_per_second", "Bytes written a second since the last reading.");
constexpr model::MetricDesc kUtilization =
    gauge("disk_io_utilization_percent", "Share of the time since the last reading in which the disk was at work.");

constexpr double kSectorBytes = 512;
constexpr double kMillisPerSecond = 1000;
constexpr unsigned kInfoEvery = 60;  // readings between two looks at what udev says, which seldom changes

struct Disk {
  std::string name, major, minor;
  std::array<uint64_t, kFields> values{};
  size_t found = 0;  // how many of values the kernel says
  DiskInfo info;
  unsigned info_age = 0;
  Rate read, written, busy;
  std::optional<double> read_rate, write_rate, utilization;
  bool seen = false;

  void update_rates(Monotonic::time_point now) {
    const auto scaled = [](std::optional<double> rate, double by) { return rate ? std::optional(*rate * by) : rate; };
    read_rate = scaled(read.per_second(values[kReadSectors], now), kSectorBytes);
    write_rate = scaled(written.per_second(values[kWrittenSectors], now), kSectorBytes);
    // Milliseconds a second; the kernel rounds to its ticks, which may come out a little above the time that passed.
    utilization = scaled(busy.per_second(values[kIoMilliseconds], now), 100 / kMillisPerSecond);
    if (utilization) utilization = std::min(*utilization, 100.0);
  }
};

double in_base_units(uint64_t value, Unit unit) {
  const auto number = static_cast<double>(value);
  switch (unit) {
    case Unit::kSectors: return number * kSectorBytes;
    case Unit::kMilliseconds: return number / kMillisPerSecond;
    case Unit::kCount: break;
  }
  return number;
}

class Diskstats final : public Collector {
 public:
  explicit Diskstats(const Context& context)
      : clock_(*context.clock), roots_(context.roots), file_(context.roots.procfs("diskstats")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    const Monotonic::time_point now = clock_.monotonic();
    for (Disk& disk : disks_) disk.seen = false;
    at_ = 0;
    for (hostfs::Lines lines(text); const auto line = lines.next();) TRY(parse(*line));
    std::erase_if(disks_, [](const Disk& disk) { return !disk.seen; });
    for (Disk& disk : disks_) {
      disk.update_rates(now);
      if (disk.info_age++ % kInfoEvery == 0) read_info(disk);
    }
    emit_counters(sink);
    emit_infos(sink);
    emit_rates(sink);
    return {};
  }

 private:
  Status parse(std::string_view line) {
    hostfs::Fields fields(line);
    const std::string_view major = fields.next();
    const std::string_view minor = fields.next();
    const std::string_view name = fields.next();
    if (name.empty()) return malformed();
    if (is_ignored_disk(name)) return {};
    std::array<uint64_t, kFields> values{};
    size_t found = 0;
    for (; found < kFields; ++found) {
      const std::string_view field = fields.next();
      if (field.empty()) break;
      const std::optional<uint64_t> number = parse_u64(field);
      if (!number) return malformed();
      values[found] = *number;
    }
    // The paths of what udev says are made of these: nothing but numbers.
    if (found < kLeastFields || !parse_u64(major) || !parse_u64(minor)) return malformed();
    Disk& disk = disk_of(name, major, minor);
    if (!disk.seen) {
      disk.values = values;
      disk.found = found;
    }
    disk.seen = true;
    return {};
  }

  Error malformed() const {
    return {Code::kUnavailable, fmt::format("{}: expected major, minor, name and 11 or more counters", file_.path())};
  }

  /// Disks come in the same order each time; the search goes on where the last one ended. Another device under an old
  /// name is a new disk.
  Disk& disk_of(std::string_view name, std::string_view major, std::string_view minor) {
    for (size_t i = 0; i < disks_.size(); ++i) {
      Disk& disk = disks_[(at_ + i) % disks_.size()];
      if (disk.name != name) continue;
      at_ = (at_ + i + 1) % disks_.size();
      if (disk.major != major || disk.minor != minor) {
        disk = {std::string(name), std::string(major), std::string(minor)};
      }
      return disk;
    }
    disks_.push_back({std::string(name), std::string(major), std::string(minor)});
    return disks_.back();
  }

  void read_info(Disk& disk) const {
    hostfs::KeptFile file(roots_.rootfs(fmt::format("run/udev/data/b{}:{}", disk.major, disk.minor)));
    const Result<std::string_view> text = file.read();
    disk.info = text ? DiskInfo::parse(*text) : DiskInfo();
  }

  void emit_counters(Sink& sink) const {
    for (size_t i = 0; i < kFields; ++i) {
      for (const Disk& disk : disks_) {
        if (i >= disk.found) continue;
        sink.emit(kFamilies[i].desc, {{"device", disk.name}}, in_base_units(disk.values[i], kFamilies[i].unit));
      }
    }
  }

  void emit_infos(Sink& sink) const {
    for (const Disk& d : disks_) d.info.emit_info(d.name, d.major, d.minor, sink);
    for (const Disk& d : disks_) d.info.emit_filesystem(d.name, sink);
    for (const Disk& d : disks_) d.info.emit_device_mapper(d.name, sink);
    for (const Disk& d : disks_) d.info.emit_ata_write_cache(d.name, sink);
    for (const Disk& d : disks_) d.info.emit_ata_write_cache_enabled(d.name, sink);
    for (const Disk& d : disks_) d.info.emit_ata_rotation(d.name, sink);
  }

  void emit_rates(Sink& sink) const {
    for (const Disk& d : disks_) {
      if (d.read_rate) sink.emit(kReadRate, {{"device", d.name}}, *d.read_rate);
    }
    for (const Disk& d : disks_) {
      if (d.write_rate) sink.emit(kWriteRate, {{"device", d.name}}, *d.write_rate);
    }
    for (const Disk& d : disks_) {
      if (d.utilization) sink.emit(kUtilization, {{"device", d.name}}, *d.utilization);
    }
  }

  const Clock& clock_;
  const hostfs::Roots& roots_;
  hostfs::KeptFile file_;
  std::vector<Disk> disks_;
  size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Collector> make_diskstats(const Context& context) { return std::make_unique<Diskstats>(context); }

}  // namespace oreum::collect
