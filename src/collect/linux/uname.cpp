// The kernel's name and release, from uname(2).
#include <sys/utsname.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo =
    gauge("node_uname_info", "Labeled system information as provided by the uname system call.");

class Uname final : public Collector {
 public:
  Status collect(Sink& sink) override {
    utsname name{};
    if (::uname(&name) != 0) return errno_error(errno, "uname");
    sink.emit(kInfo,
              {{"sysname", name.sysname},
               {"release", name.release},
               {"version", name.version},
               {"machine", name.machine},
               {"nodename", name.nodename},
               {"domainname", name.domainname}},
              1);
    return {};
  }
};

}  // namespace

std::unique_ptr<Collector> make_uname(const Context&) { return std::make_unique<Uname>(); }

}  // namespace oreum::collect
