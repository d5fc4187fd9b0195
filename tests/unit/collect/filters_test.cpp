#include "collect/linux/filters.h"

#include <gtest/gtest.h>

namespace oreum::collect {
namespace {

TEST(Filters, Disks) {
  for (const char* name : {"ram0", "loop12", "fd0", "hda1", "sda1", "sdz15", "vdb3", "xvda1", "nvme0n1p2"}) {
    EXPECT_TRUE(is_ignored_disk(name)) << name;
  }
  for (const char* name : {"", "ram", "sda", "sd1", "sdaa1", "sda1x", "xvda", "nvme0n1", "nvme0n1p", "nvmen1p1",
                           "zram0", "dm-0", "md0", "sr0", "mmcblk0p1", "loopy1"}) {
    EXPECT_FALSE(is_ignored_disk(name)) << name;
  }
}

TEST(Filters, MountPoints) {
  for (const char* path : {"/dev", "/dev/shm", "/proc", "/run/lock", "/sys/fs/cgroup", "/mnt/a", "/media",
                           "/var/lib/docker/overlay2/x", "/var/lib/containers/storage/y"}) {
    EXPECT_TRUE(is_ignored_mount_point(path)) << path;
  }
  for (const char* path : {"", "/", "/devel", "/srv/dev", "/running", "/var/lib/docker", "/var/lib/docker/", "dev"}) {
    EXPECT_FALSE(is_ignored_mount_point(path)) << path;
  }
}

TEST(Filters, FileSystemTypes) {
  for (const char* type : {"autofs", "cgroup", "cgroup2", "overlay", "squashfs", "tracefs", "iso9660"}) {
    EXPECT_TRUE(is_ignored_fs_type(type)) << type;
  }
  for (const char* type : {"", "ext4", "tmpfs", "cgroup3", "nfs4", "xfs", "zfs"}) {
    EXPECT_FALSE(is_ignored_fs_type(type)) << type;
  }
}

TEST(Filters, NetstatFields) {
  EXPECT_TRUE(is_wanted_netstat_field("UdpLite6", "InErrors"));
  EXPECT_TRUE(is_wanted_netstat_field("Tcp", "InErrs"));
  EXPECT_TRUE(is_wanted_netstat_field("TcpExt", "ListenDrops"));
  EXPECT_TRUE(is_wanted_netstat_field("TcpExt", "SyncookiesSent"));
  EXPECT_TRUE(is_wanted_netstat_field("Udp6", "NoPorts"));
  EXPECT_FALSE(is_wanted_netstat_field("Ip6", "Forwarding"));
  EXPECT_FALSE(is_wanted_netstat_field("UdpLite", "NoPorts"));
  EXPECT_FALSE(is_wanted_netstat_field("Tcp", "RtoMin"));
  EXPECT_FALSE(is_wanted_netstat_field("Ip", "InOctets"));
}

TEST(Filters, VmstatFields) {
  for (const char* field : {"oom_kill", "pgpgin", "pswpout", "pgfault", "pgmajfault", "pgsteal_fault_x"}) {
    EXPECT_TRUE(is_wanted_vmstat_field(field)) << field;
  }
  for (const char* field : {"", "pg", "pgalloc_normal", "thp_fault_alloc", "nr_free_pages"}) {
    EXPECT_FALSE(is_wanted_vmstat_field(field)) << field;
  }
}

}  // namespace
}  // namespace oreum::collect
