#include "collect/linux/filters.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace oreum::collect {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes one or more digits off the front.
bool take_digits(std::string_view& rest) {
  size_t n = 0;
  while (n < rest.size() && is_digit(rest[n])) ++n;
  rest.remove_prefix(n);
  return n > 0;
}

bool take_prefix(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

bool is_whole_number(std::string_view rest) { return take_digits(rest) && rest.empty(); }

template <size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text);
}

bool is_nvme_partition(std::string_view rest) {
  return take_prefix(rest, "nvme") && take_digits(rest) && take_prefix(rest, "n") && take_digits(rest) &&
         take_prefix(rest, "p") && is_whole_number(rest);
}

}  // namespace

bool is_ignored_disk(std::string_view device) {
  for (const std::string_view prefix : {"ram", "loop", "fd"}) {
    if (device.starts_with(prefix) && is_whole_number(device.substr(prefix.size()))) return true;
  }
  for (const std::string_view prefix : {"hd", "sd", "vd", "xvd"}) {
    std::string_view rest = device;
    if (!take_prefix(rest, prefix) || rest.empty() || rest[0] < 'a' || rest[0] > 'z') continue;
    if (is_whole_number(rest.substr(1))) return true;
  }
  return is_nvme_partition(device);
}

bool is_ignored_mount_point(std::string_view path) {
  if (!take_prefix(path, "/")) return false;
  for (const std::string_view prefix : {"dev", "proc", "run", "sys", "mnt", "media"}) {
    if (path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/')) return true;
  }
  for (const std::string_view prefix : {"var/lib/docker/", "var/lib/containers/storage/"}) {
    if (path.starts_with(prefix) && path.size() > prefix.size()) return true;
  }
  return false;
}

bool is_ignored_fs_type(std::string_view type) {
  static constexpr auto kIgnored = std::to_array<std::string_view>(
      {"autofs",   "binfmt_misc", "bpf",        "cgroup",     "cgroup2",   "configfs", "debugfs", "devpts",
       "devtmpfs", "fusectl",     "hugetlbfs",  "iso9660",    "mqueue",    "nsfs",     "overlay", "proc",
       "procfs",   "pstore",      "rpc_pipefs", "securityfs", "selinuxfs", "squashfs", "sysfs",   "tracefs"});
  return contains(kIgnored, type);
}

bool is_wanted_netstat_field(std::string_view protocol, std::string_view field) {
  static constexpr auto kTcp = std::to_array<std::string_view>(
      {"ActiveOpens", "CurrEstab", "InSegs", "OutRsts", "OutSegs", "PassiveOpens", "RetransSegs"});
  static constexpr auto kUdp =
      std::to_array<std::string_view>({"InDatagrams", "NoPorts", "OutDatagrams", "RcvbufErrors", "SndbufErrors"});
  if (field == "InErrors" || field == "InErrs") return true;
  if (protocol == "Ip") return field == "Forwarding";
  if (protocol == "Ip6" || protocol == "IpExt") return field == "InOctets" || field == "OutOctets";
  if (protocol == "Icmp" || protocol == "Icmp6") return field == "InMsgs" || field == "OutMsgs";
  if (protocol == "Tcp") return contains(kTcp, field);
  if (protocol == "Udp" || protocol == "Udp6") return contains(kUdp, field);
  if (protocol != "TcpExt") return false;
  return field.starts_with("Listen") || field.starts_with("Syncookies") || field == "TCPSynRetrans" ||
         field == "TCPTimeouts";
}

bool is_wanted_vmstat_field(std::string_view field) {
  if (field.starts_with("oom_kill") || field.starts_with("pgpg") || field.starts_with("pswp")) return true;
  return field.starts_with("pg") && field.find("fault", 2) != std::string_view::npos;
}

}  // namespace oreum::collect
