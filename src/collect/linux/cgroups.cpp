// Containers and services as the kernel accounts them: control groups of version 1 and 2, under cAdvisor's names.
#include <algorithm>
#include <cmath>
#include <map>

#include "collect/linux/cgroup_mounts.h"
#include "collect/linux/cgroup_stat.h"
#include "collect/linux/cgroup_tree.h"
#include "collect/linux/collectors.h"

namespace oreum::collect {

namespace {

using model::MetricDesc;
using model::MetricType;

struct Family {
  MetricDesc desc;
  CgroupStat::Value CgroupStat::* value;
};

constexpr MetricDesc counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::kCounter};
}
constexpr MetricDesc gauge(std::string_view name, std::string_view help) { return {name, help, MetricType::kGauge}; }

constexpr MetricDesc kCpuUsage =
    counter("container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.");
constexpr Family kFamilies[] = {
    {counter("container_cpu_user_seconds_total", "Cumulative user cpu time consumed in seconds."),
     &CgroupStat::cpu_user},
    {counter("container_cpu_system_seconds_total", "Cumulative system cpu time consumed in seconds."),
     &CgroupStat::cpu_system},
    {counter("container_cpu_cfs_periods_total", "Number of elapsed enforcement period intervals."),
     &CgroupStat::cfs_periods},
    {counter("container_cpu_cfs_throttled_periods_total", "Number of throttled period intervals."),
     &CgroupStat::cfs_throttled_periods},
    {counter("container_cpu_cfs_throttled_seconds_total", "Total time duration the container has been throttled."),
     &CgroupStat::cfs_throttled},
    {gauge("container_spec_cpu_quota", "CPU quota of the container."), &CgroupStat::cpu_quota},
    {gauge("container_spec_cpu_period", "CPU period of the container."), &CgroupStat::cpu_period},
    {gauge("container_spec_cpu_shares", "CPU share of the container."), &CgroupStat::cpu_shares},
    {gauge("container_memory_usage_bytes",
           "Current memory usage in bytes, including all memory regardless of when it was accessed."),
     &CgroupStat::memory_usage},
    {gauge("container_memory_working_set_bytes", "Current working set in bytes."), &CgroupStat::memory_working_set},
    {gauge("container_memory_rss", "Size of RSS in bytes."), &CgroupStat::memory_rss},
    {gauge("container_memory_cache", "Number of bytes of page cache memory."), &CgroupStat::memory_cache},
    {gauge("container_memory_mapped_file", "Size of memory mapped files in bytes."), &CgroupStat::memory_mapped_file},
    {gauge("container_memory_swap", "Container swap usage in bytes."), &CgroupStat::memory_swap},
    {gauge("container_memory_max_usage_bytes", "Maximum memory usage recorded in bytes."),
     &CgroupStat::memory_max_usage},
    {counter("container_memory_failcnt", "Number of memory usage hits limits."), &CgroupStat::memory_failcnt},
    {gauge("container_spec_memory_limit_bytes", "Memory limit for the container, 0 for none."),
     &CgroupStat::memory_limit},
    {gauge("container_processes", "Number of processes running inside the container."), &CgroupStat::processes},
    {gauge("container_threads", "Number of threads running inside the container."), &CgroupStat::threads},
    {gauge("container_threads_max", "Maximum number of threads allowed inside the container, 0 for no limit."),
     &CgroupStat::threads_max},
};
constexpr MetricDesc kReads = counter("container_fs_reads_bytes_total", "Cumulative count of bytes read.");
constexpr MetricDesc kWrites = counter("container_fs_writes_bytes_total", "Cumulative count of bytes written.");
constexpr MetricDesc kStart =
    gauge("container_start_time_seconds", "Start time of the container since unix epoch in seconds.");
constexpr MetricDesc kLastSeen = gauge("container_last_seen", "Last time a container was seen by the exporter.");
constexpr MetricDesc kLeftOut =
    gauge("oreum_collect_cgroups_left_out", "Control groups that are not shown because there are too many.");

class Cgroups final : public Collector {
 public:
  explicit Cgroups(const Context& context)
      : roots_(context.roots), clock_(*context.clock), mounts_(find_cgroup_mounts(context.roots)), reader_(mounts_) {
    // Every version 1 controller may have groups of its own; two that are mounted together are one folder.
    for (const std::string* folder :
         {&mounts_.unified, &mounts_.memory, &mounts_.cpuacct, &mounts_.cpu, &mounts_.blkio, &mounts_.pids}) {
      if (!folder->empty() && std::find(folders_.begin(), folders_.end(), *folder) == folders_.end()) {
        folders_.push_back(*folder);
      }
    }
  }

  Status collect(Sink& sink) override {
    if (mounts_.none()) return no_data();
    TRY_ASSIGN(const CgroupList list, list_cgroups(folders_));
    for (const Cgroup& cgroup : list.cgroups) emit(sink, cgroup);
    reader_.end_pass();
    std::erase_if(created_, [&](const auto& entry) { return !contains(list, entry.first); });
    sink.emit(kLeftOut, static_cast<double>(list.left_out));
    return {};
  }

 private:
  static bool contains(const CgroupList& list, const std::string& path) {
    const auto by_path = [](const Cgroup& cgroup, const std::string& p) { return cgroup.path < p; };
    const auto found = std::lower_bound(list.cgroups.begin(), list.cgroups.end(), path, by_path);
    return found != list.cgroups.end() && found->path == path;
  }

  void emit(Sink& sink, const Cgroup& cgroup) {
    const CgroupStat& stat = reader_.read(cgroup.path);
    const model::Label id{"id", cgroup.path};
    const model::Label name{"name", cgroup.name};
    const size_t labels = cgroup.name.empty() ? 1 : 2;
    const model::Label with_extra[] = {id, {"cpu", "total"}, name};
    const model::Label plain[] = {id, name};
    if (stat.cpu_usage) sink.emit(kCpuUsage, std::span(with_extra, labels + 1), *stat.cpu_usage);
    for (const Family& family : kFamilies) {
      if (const auto& value = stat.*family.value) sink.emit(family.desc, std::span(plain, labels), *value);
    }
    for (const CgroupIo& io : stat.io) {
      const model::Label with_device[] = {id, {"device", device_name(io.device)}, name};
      sink.emit(kReads, std::span(with_device, labels + 1), io.read_bytes);
      sink.emit(kWrites, std::span(with_device, labels + 1), io.written_bytes);
    }
    // The folder's time moves when groups below it come and go; the first one seen is nearest to the start.
    const double created = created_.try_emplace(cgroup.path, cgroup.created).first->second;
    if (created > 0) sink.emit(kStart, std::span(plain, labels), created);
    sink.emit(kLastSeen, std::span(plain, labels), std::floor(static_cast<double>(clock_.now().ms) / 1000));
  }

  /// "/dev/sda" for "8:0"; the number itself when sysfs does not know it.
  std::string_view device_name(const std::string& number) {
    const auto known = devices_.find(number);
    if (known != devices_.end()) return known->second;
    const Result<std::string> link = hostfs::read_link(roots_.sysfs("dev/block/" + number));
    std::string name = link ? "/dev/" + link->substr(link->rfind('/') + 1) : number;
    return devices_.emplace(number, std::move(name)).first->second;
  }

  const hostfs::Roots roots_;
  const Clock& clock_;
  const CgroupMounts mounts_;
  CgroupReader reader_;
  std::vector<std::string> folders_;
  std::map<std::string, double, std::less<>> created_;
  std::map<std::string, std::string, std::less<>> devices_;
};

}  // namespace

std::unique_ptr<Collector> make_cgroups(const Context& context) { return std::make_unique<Cgroups>(context); }

}  // namespace oreum::collect
