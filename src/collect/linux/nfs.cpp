// The NFS client: /proc/net/rpc/nfs, lines "net", "rpc" and "proc2", "proc3", "proc4" with a counter for each
// operation.
#include <fmt/core.h>

#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/nfs_operations.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kPackets =
    counter("node_nfs_packets_total", "Total NFS network packets (sent+received) by protocol type.");
constexpr model::MetricDesc kConnections =
    counter("node_nfs_connections_total", "Total number of NFS TCP connections.");
constexpr model::MetricDesc kCalls = counter("node_nfs_rpcs_total", "Total number of RPCs performed.");
constexpr model::MetricDesc kRetransmissions =
    counter("node_nfs_rpc_retransmissions_total", "Number of RPC retransmissions performed.");
constexpr model::MetricDesc kRefreshes =
    counter("node_nfs_rpc_authentication_refreshes_total", "Number of RPC authentication refreshes performed.");
constexpr model::MetricDesc kRequests = counter("node_nfs_requests_total", "Number of NFS procedures invoked.");

/// The client's own numbering of what it does in NFS version 4.
constexpr std::string_view kVersion4[] = {
    "Null",
    "Read",
    "Write",
    "Commit",
    "Open",
    "OpenConfirm",
    "OpenNoattr",
    "OpenDowngrade",
    "Close",
    "Setattr",
    "FsInfo",
    "Renew",
    "SetClientID",
    "SetClientIDConfirm",
    "Lock",
    "Lockt",
    "Locku",
    "Access",
    "Getattr",
    "Lookup",
    "LookupRoot",
    "Remove",
    "Rename",
    "Link",
    "Symlink",
    "Create",
    "Pathconf",
    "StatFs",
    "ReadLink",
    "ReadDir",
    "ServerCaps",
    "DelegReturn",
    "GetACL",
    "SetACL",
    "FsLocations",
    "ReleaseLockowner",
    "Secinfo",
    "FsidPresent",
    "ExchangeID",
    "CreateSession",
    "DestroySession",
    "Sequence",
    "GetLeaseTime",
    "ReclaimComplete",
    "LayoutGet",
    "GetDeviceInfo",
    "LayoutCommit",
    "LayoutReturn",
    "SecinfoNoName",
    "TestStateID",
    "FreeStateID",
    "GetDeviceList",
    "BindConnToSession",
    "DestroyClientID",
    "Seek",
    "Allocate",
    "DeAllocate",
    "LayoutStats",
    "Clone",
};

class Nfs final : public Collector {
 public:
  explicit Nfs(const Context& context) : file_(context.roots.procfs("net/rpc/nfs")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, read_or_no_data(file_));
    const Status parsed = numbers_.parse(text);
    if (!parsed || numbers_.count("net") < 4 || numbers_.count("rpc") < 3) {
      return Error(Code::kUnavailable, fmt::format("{}: cannot read its lines net and rpc", file_.path()));
    }
    sink.emit(kPackets, {{"protocol", "udp"}}, *numbers_.get("net", 1));
    sink.emit(kPackets, {{"protocol", "tcp"}}, *numbers_.get("net", 2));
    sink.emit(kConnections, *numbers_.get("net", 3));
    sink.emit(kCalls, *numbers_.get("rpc", 0));
    sink.emit(kRetransmissions, *numbers_.get("rpc", 1));
    sink.emit(kRefreshes, *numbers_.get("rpc", 2));
    TRY(emit_operations(sink, numbers_, kRequests, {"proc2", "2", kNfsVersion2}));
    TRY(emit_operations(sink, numbers_, kRequests, {"proc3", "3", kNfsVersion3}));
    return emit_operations(sink, numbers_, kRequests, {"proc4", "4", kVersion4});
  }

 private:
  hostfs::KeptFile file_;
  KeyedNumbers numbers_;
};

}  // namespace

std::unique_ptr<Collector> make_nfs(const Context& context) { return std::make_unique<Nfs>(context); }

}  // namespace oreum::collect
