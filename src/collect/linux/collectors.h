// One factory for each file of this folder. table.cpp names them.
#pragma once

#include <memory>

#include "collect/collector.h"

namespace oreum::collect {

using Factory = std::unique_ptr<Collector>(const Context&);

Factory make_arp;
Factory make_bonding;
Factory make_btrfs;
Factory make_cgroups;
Factory make_conntrack;
Factory make_cpu;
Factory make_cpufreq;
Factory make_diskstats;
Factory make_dmi;
Factory make_edac;
Factory make_entropy;
Factory make_fibrechannel;
Factory make_filefd;
Factory make_filesystem;
Factory make_hwmon;
Factory make_infiniband;
Factory make_ipvs;
Factory make_loadavg;
Factory make_mdadm;
Factory make_meminfo;
Factory make_netclass;
Factory make_netdev;
Factory make_netstat;
Factory make_netstat_ext;
Factory make_nfs;
Factory make_nfsd;
Factory make_nvme;
Factory make_os;
Factory make_powersupplyclass;
Factory make_pressure;
Factory make_processes;
Factory make_rapl;
Factory make_schedstat;
Factory make_selinux;
Factory make_sockstat;
Factory make_softnet;
Factory make_stat;
Factory make_systemd;
Factory make_tapestats;
Factory make_textfile;
Factory make_thermal_zone;
Factory make_time;
Factory make_timex;
Factory make_udp_queues;
Factory make_uname;
Factory make_vmstat;
Factory make_xfs;
Factory make_zfs;

}  // namespace oreum::collect
