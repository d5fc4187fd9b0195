#include "collect/table.h"

#include <array>

#include "collect/linux/collectors.h"

namespace oreum::collect {

namespace {

// The slow lane's dearest have a pace of two of its ticks: ten seconds, unless it is configured otherwise.
constexpr auto kCollectors = std::to_array<CollectorSpec>({
    // clang-format off
    {"arp", Lane::kFast, "Entries of the neighbour table, from /proc/net/arp.", make_arp},
    {"bonding", Lane::kSlow, "Slaves of bonded network interfaces.", make_bonding},
    {"btrfs", Lane::kSlow, "Btrfs: space by kind and layout, devices and their errors.", make_btrfs},
    {"cgroups", Lane::kSlow, "Containers and services, from control groups.", make_cgroups, 2},
    {"conntrack", Lane::kFast, "Connection tracking, from /proc/sys/net/netfilter and /proc/net/stat.", make_conntrack},
    {"cpu", Lane::kFast, "CPU time by mode, usage and throttling, from /proc/stat and /sys.", make_cpu},
    {"cpufreq", Lane::kSlow, "CPU frequencies, from /sys/devices/system/cpu.", make_cpufreq},
    {"diskstats", Lane::kFast, "Disk traffic and identity, from /proc/diskstats and udev.", make_diskstats},
    {"dmi", Lane::kSlow, "What the firmware says of the machine.", make_dmi},
    {"edac", Lane::kSlow, "Memory errors that ECC found.", make_edac},
    {"entropy", Lane::kFast, "The kernel's random pool, from /proc/sys/kernel/random.", make_entropy},
    {"fibrechannel", Lane::kSlow, "Fibre Channel host adapters.", make_fibrechannel},
    {"filefd", Lane::kFast, "File descriptors in use, from /proc/sys/fs/file-nr.", make_filefd},
    {"filesystem", Lane::kSlow, "Space and inodes of mounted file systems, from statvfs(3).", make_filesystem},
    {"hwmon", Lane::kSlow, "Sensors: temperatures, fans, voltages, power.", make_hwmon},
    {"infiniband", Lane::kSlow, "InfiniBand and RDMA ports.", make_infiniband},
    {"ipvs", Lane::kFast, "The kernel's load balancer and its backends.", make_ipvs},
    {"loadavg", Lane::kFast, "Load averages from /proc/loadavg.", make_loadavg},
    {"mdadm", Lane::kFast, "Software RAID from /proc/mdstat.", make_mdadm},
    {"meminfo", Lane::kFast, "Memory and swap, from /proc/meminfo.", make_meminfo},
    {"netclass", Lane::kSlow, "Network devices' properties, from /sys/class/net.", make_netclass, 2},
    {"netdev", Lane::kFast, "Network traffic by device, from /proc/net/dev.", make_netdev},
    {"netstat", Lane::kFast, "Protocol counters, from /proc/net/snmp.", make_netstat},
    {"netstat_ext", Lane::kSlow, "More protocol counters, from /proc/net/netstat and snmp6.", make_netstat_ext},
    {"nfs", Lane::kFast, "The NFS client's calls.", make_nfs},
    {"nfsd", Lane::kFast, "The NFS server's calls.", make_nfsd},
    {"nvme", Lane::kSlow, "NVMe controllers.", make_nvme},
    {"os", Lane::kSlow, "The distribution, from /etc/os-release.", make_os},
    {"powersupplyclass", Lane::kSlow, "Batteries and mains.", make_powersupplyclass},
    {"pressure", Lane::kFast, "Pressure stall times, from /proc/pressure.", make_pressure},
    {"processes", Lane::kSlow, "Processes by state, and by name the ones that use most.", make_processes, 2},
    {"rapl", Lane::kSlow, "Energy that the processor counts.", make_rapl},
    {"schedstat", Lane::kFast, "The scheduler's times, from /proc/schedstat.", make_schedstat},
    {"selinux", Lane::kFast, "Whether SELinux is on and enforcing, from /sys/fs/selinux.", make_selinux},
    {"sockstat", Lane::kFast, "Sockets by protocol, from /proc/net/sockstat and sockstat6.", make_sockstat},
    {"softnet", Lane::kFast, "Packet processing by CPU, from /proc/net/softnet_stat.", make_softnet},
    {"stat", Lane::kFast, "Interrupts, context switches, forks and boot time, from /proc/stat.", make_stat},
    {"systemd", Lane::kSlow, "States of systemd's units, over D-Bus.", make_systemd},
    {"tapestats", Lane::kSlow, "SCSI tape drives.", make_tapestats},
    {"textfile", Lane::kSlow, "Metrics that scripts leave in *.prom files.", make_textfile},
    {"thermal_zone", Lane::kSlow, "Thermal zones and cooling devices.", make_thermal_zone},
    {"time", Lane::kFast, "Wall clock, time zone and clock sources.", make_time},
    {"timex", Lane::kFast, "The kernel's clock discipline, from adjtimex(2).", make_timex},
    {"udp_queues", Lane::kSlow, "Bytes queued in UDP sockets, from /proc/net/udp and udp6.", make_udp_queues},
    {"uname", Lane::kFast, "The kernel's name and release, from uname(2).", make_uname},
    {"vmstat", Lane::kFast, "Paging events, from /proc/vmstat.", make_vmstat},
    {"xfs", Lane::kSlow, "XFS counters by device.", make_xfs},
    {"zfs", Lane::kSlow, "ZFS: the module's counters and the pools.", make_zfs},
    // clang-format on
});

}  // namespace

std::span<const CollectorSpec> all_collectors() { return kCollectors; }

const CollectorSpec* find_collector(std::string_view name) {
  for (const CollectorSpec& spec : kCollectors) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

}  // namespace oreum::collect
