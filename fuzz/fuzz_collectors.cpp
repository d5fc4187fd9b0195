// Collectors over a machine one of whose files is the input: the first byte chooses the collector, the second the file.
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/check.h"
#include "collect/table.h"

namespace {

namespace fs = std::filesystem;
using oreum::collect::all_collectors;

constexpr auto kFiles = std::to_array<const char*>({
    "proc/stat",
    "proc/meminfo",
    "proc/diskstats",
    "proc/loadavg",
    "proc/schedstat",
    "proc/vmstat",
    "proc/1/mounts",
    "proc/net/dev",
    "proc/net/arp",
    "proc/net/snmp",
    "proc/net/snmp6",
    "proc/net/netstat",
    "proc/net/sockstat",
    "proc/net/sockstat6",
    "proc/net/softnet_stat",
    "proc/net/udp",
    "proc/net/udp6",
    "proc/net/stat/nf_conntrack",
    "proc/sys/net/netfilter/nf_conntrack_count",
    "proc/sys/net/netfilter/nf_conntrack_max",
    "proc/sys/fs/file-nr",
    "proc/sys/kernel/random/entropy_avail",
    "proc/pressure/cpu",
    "proc/pressure/io",
    "proc/pressure/memory",
    "sys/class/net/eth0/flags",
    "sys/class/net/eth0/speed",
    "sys/class/net/eth0/statistics/rx_nohandler",
    "sys/devices/system/cpu/isolated",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq",
    "root/etc/os-release",
    "root/run/udev/data/b8:0",
});

/// The folder goes away with the process.
struct Tree {
  fs::path path;
  Tree() {
    std::string pattern = "/dev/shm/oreum-fuzz-XXXXXX";
    OREUM_CHECK(::mkdtemp(pattern.data()) != nullptr, "cannot make a temporary folder");
    path = pattern;
    for (const char* file : kFiles) fs::create_directories((path / file).parent_path());
    std::ofstream(path / "proc/diskstats") << "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n";
    std::ofstream(path / "proc/net/dev") << "\n\neth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
    std::ofstream(path / "proc/stat") << "cpu0 1 2 3 4\n";
  }
  ~Tree() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Tree tree;
  static oreum::ManualClock clock{oreum::TimestampMs{1'700'000'000'000}};
  static const oreum::collect::Context context{
      {(tree.path / "proc").string(), (tree.path / "sys").string(), (tree.path / "root").string()}, &clock, {}};
  if (size < 2) return 0;
  const auto& spec = all_collectors()[data[0] % all_collectors().size()];
  const fs::path file = tree.path / kFiles[data[1] % kFiles.size()];
  std::string before;
  if (std::ifstream in(file); in) std::getline(in, before, '\0');
  const bool existed = fs::exists(file);
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data) + 2, static_cast<std::streamsize>(size - 2));
  const auto collector = spec.make(context);
  oreum::collect::Sink sink({});
  for (int round = 0; round < 2; ++round) {
    clock.advance(oreum::milliseconds(1000));
    sink.begin();
    (void)collector->collect(sink);
    sink.end();
    OREUM_CHECK(sink.values().size() == sink.shape()->size(), "a shape that does not fit its values");
  }
  if (existed) {
    std::ofstream(file, std::ios::binary) << before;
  } else {
    fs::remove(file);
  }
  return 0;
}
