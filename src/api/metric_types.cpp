#include "api/metric_types.h"

#include <array>

namespace oreum::api {

namespace {

constexpr auto kCpu = std::to_array<HistorySeries>({{"cpu_usage_percent"}, {"cpu_core_usage_percent"}});
constexpr auto kMemory = std::to_array<HistorySeries>({{"memory_usage_percent"},
                                                       {"node_memory_MemTotal_bytes"},
                                                       {"node_memory_MemAvailable_bytes"},
                                                       {"node_memory_MemFree_bytes"},
                                                       {"node_memory_Buffers_bytes"},
                                                       {"node_memory_Cached_bytes"}});
constexpr auto kSwap = std::to_array<HistorySeries>({{"swap_usage_percent"},
                                                     {"node_memory_SwapTotal_bytes"},
                                                     {"node_memory_SwapFree_bytes"},
                                                     {"node_vmstat_pswpin", true},
                                                     {"node_vmstat_pswpout", true}});
constexpr auto kDisk = std::to_array<HistorySeries>(
    {{"disk_read_bytes_per_second"}, {"disk_written_bytes_per_second"}, {"disk_io_utilization_percent"}});
constexpr auto kFilesystem = std::to_array<HistorySeries>(
    {{"disk_usage_percent"}, {"node_filesystem_size_bytes"}, {"node_filesystem_avail_bytes"}});
constexpr auto kNetwork =
    std::to_array<HistorySeries>({{"network_receive_bytes_per_second"}, {"network_transmit_bytes_per_second"}});
constexpr auto kLoad = std::to_array<HistorySeries>({{"node_load1"}, {"node_load5"}, {"node_load15"}});
constexpr auto kProcess = std::to_array<HistorySeries>({{"node_processes_state"},
                                                        {"node_process_cpu_seconds_total", true},
                                                        {"node_process_resident_memory_bytes"},
                                                        {"node_forks_total", true}});
constexpr auto kContainer =
    std::to_array<HistorySeries>({{"container_cpu_usage_seconds_total", true}, {"container_memory_working_set_bytes"}});
constexpr auto kHost = std::to_array<HistorySeries>({{"node_boot_time_seconds"},
                                                     {"node_context_switches_total", true},
                                                     {"node_intr_total", true},
                                                     {"node_filefd_allocated"}});

constexpr auto kTypes = std::to_array<MetricType>({
    {"cpu", "Use of the processors, in all and each; time by mode; load.", current::cpu, kCpu},
    {"memory", "Memory, in bytes and percent.", current::memory, kMemory},
    {"swap", "Swap space, in bytes and percent; bytes moved in and out since boot.", current::swap, kSwap},
    {"disk", "Reads and writes of each block device and in all.", current::disk, kDisk},
    {"filesystem", "Space on each mounted file system.", current::filesystem, kFilesystem},
    {"network", "Traffic and errors of each interface and in all.", current::network, kNetwork},
    {"load", "Load averages; processes that run or wait for a disk.", current::load, kLoad},
    {"process", "Processes by state; those that use most processor time and memory.", current::process, kProcess},
    {"container", "Containers: processor time and memory of each.", current::container, kContainer},
    {"host", "The machine: name, system, start.", current::host, kHost},
});

}  // namespace

std::span<const MetricType> metric_types() { return kTypes; }

const MetricType* find_metric_type(std::string_view name) {
  for (const MetricType& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

std::vector<std::string_view> metric_type_names() {
  std::vector<std::string_view> names;
  for (const MetricType& type : kTypes) names.push_back(type.name);
  return names;
}

}  // namespace oreum::api
