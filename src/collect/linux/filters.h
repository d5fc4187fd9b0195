// What node_exporter leaves out by default (Debian's flags), as predicates: which disks, mounts and fields are shown.
#pragma once

#include <string_view>

namespace oreum::collect {

/// Partitions, loop, RAM and floppy devices: ^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$
bool is_ignored_disk(std::string_view device);

/// ^/(dev|proc|run|sys|mnt|media|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)
bool is_ignored_mount_point(std::string_view path);

/// Kernel-made file systems and images: autofs, cgroup, overlay, proc, squashfs …
bool is_ignored_fs_type(std::string_view type);

/// Which counters of /proc/net/{netstat,snmp,snmp6} are shown, e.g. ("Tcp", "InSegs").
bool is_wanted_netstat_field(std::string_view protocol, std::string_view field);

/// ^(oom_kill|pgpg|pswp|pg.*fault).*
bool is_wanted_vmstat_field(std::string_view field);

}  // namespace oreum::collect
