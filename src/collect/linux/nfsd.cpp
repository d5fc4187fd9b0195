// The NFS server: /proc/net/rpc/nfsd, a line for each group of counters.
#include <array>

#include <fmt/core.h>

#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/nfs_operations.h"

namespace oreum::collect {

namespace {

struct Stat {
  std::string_view line;
  size_t column;
  model::MetricDesc desc;
  model::Label label = {};
};

constexpr model::MetricDesc kPackets =
    counter("node_nfsd_packets_total", "Total NFSd network packets (sent+received) by protocol type.");
constexpr model::MetricDesc kErrors =
    counter("node_nfsd_rpc_errors_total", "Total number of NFSd RPC errors by error type.");
constexpr model::MetricDesc kRequests =
    counter("node_nfsd_requests_total", "Total number NFSd Requests by method and protocol.");

constexpr Stat kStats[] = {
    {"rc", 0,
     counter("node_nfsd_reply_cache_hits_total",
             "Total number of NFSd reply cache hits (client lost server response).")},
    {"rc", 1,
     counter("node_nfsd_reply_cache_misses_total", "Total number of NFSd operations that need the reply cache.")},
    {"rc", 2,
     counter("node_nfsd_reply_cache_nocache_total",
             "Total number of NFSd operations that do not need the reply cache.")},
    {"fh", 0, counter("node_nfsd_file_handles_stale_total", "Total number of NFSd stale file handles")},
    {"io", 0, counter("node_nfsd_disk_bytes_read_total", "Total NFSd bytes read.")},
    {"io", 1, counter("node_nfsd_disk_bytes_written_total", "Total NFSd bytes written.")},
    {"th", 0, gauge("node_nfsd_server_threads", "Total number of NFSd kernel threads that are running.")},
    {"ra", 0, gauge("node_nfsd_read_ahead_cache_size_blocks", "How large the read ahead cache is in blocks.")},
    {"ra", 11,
     counter("node_nfsd_read_ahead_cache_not_found_total", "Total number of NFSd read ahead cache not found.")},
    {"net", 1, kPackets, {"proto", "udp"}},
    {"net", 2, kPackets, {"proto", "tcp"}},
    {"net", 3, counter("node_nfsd_connections_total", "Total number of NFSd TCP connections.")},
    {"rpc", 2, kErrors, {"error", "fmt"}},
    {"rpc", 3, kErrors, {"error", "auth"}},
    {"rpc", 4, kErrors, {"error", "cInt"}},
    {"rpc", 0, counter("node_nfsd_server_rpcs_total", "Total number of NFSd RPCs.")},
};

/// The server counts no null procedures: they are pings.
constexpr std::string_view kNotShown;

template <size_t N>
constexpr std::array<std::string_view, N> without_null(const std::string_view (&names)[N]) {
  std::array<std::string_view, N> out = std::to_array(names);
  out[0] = kNotShown;
  return out;
}
constexpr auto kVersion2 = without_null(kNfsVersion2);
constexpr auto kVersion3 = without_null(kNfsVersion3);

/// In the order of the operation numbers of RFC 7530; 0 to 2 are unused, 24 and 25 are not shown by node_exporter.
constexpr std::string_view kVersion4[] = {
    kNotShown,     kNotShown, kNotShown, "Access",   "Close",       "Commit",       "Create", "DelegPurge",
    "DelegReturn", "GetAttr", "GetFH",   "Link",     "Lock",        "Lockt",        "Locku",  "Lookup",
    "LookupRoot",  "Nverify", "Open",    "OpenAttr", "OpenConfirm", "OpenDgrd",     "PutFH",  kNotShown,
    kNotShown,     "Read",    "ReadDir", "ReadLink", "Remove",      "Rename",       "Renew",  "RestoreFH",
    "SaveFH",      "SecInfo", "SetAttr", "Verify",   "Write",       "RelLockOwner",
};

class Nfsd final : public Collector {
 public:
  explicit Nfsd(const Context& context) : file_(context.roots.procfs("net/rpc/nfsd")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, read_or_no_data(file_));
    if (!numbers_.parse(text) || !numbers_.has("rpc")) {
      return Error(Code::kUnavailable, fmt::format("{}: expected lines of a name and numbers", file_.path()));
    }
    for (const Stat& stat : kStats) {
      // A kernel without the line (the read ahead cache is gone) counts nothing there.
      const double value = numbers_.get(stat.line, stat.column).value_or(0);
      if (stat.label.name.empty()) {
        sink.emit(stat.desc, value);
      } else {
        sink.emit(stat.desc, {stat.label}, value);
      }
    }
    TRY(emit_operations(sink, numbers_, kRequests, {"proc2", "2", kVersion2}));
    TRY(emit_operations(sink, numbers_, kRequests, {"proc3", "3", kVersion3}));
    return emit_operations(sink, numbers_, kRequests, {"proc4ops", "4", kVersion4});
  }

 private:
  hostfs::KeptFile file_;
  KeyedNumbers numbers_;
};

}  // namespace

std::unique_ptr<Collector> make_nfsd(const Context& context) { return std::make_unique<Nfsd>(context); }

}  // namespace oreum::collect
