// File descriptors of the whole machine: /proc/sys/fs/file-nr, "3712 0 1048576": allocated, unused, maximum.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kAllocated = gauge("node_filefd_allocated", "File descriptor statistics: allocated.");
constexpr model::MetricDesc kMaximum = gauge("node_filefd_maximum", "File descriptor statistics: maximum.");

class Filefd final : public Collector {
 public:
  explicit Filefd(const Context& context) : file_(context.roots.procfs("sys/fs/file-nr")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    hostfs::Fields fields(trim(text));
    const std::optional<uint64_t> allocated = fields.next_u64();
    fields.next();
    const std::optional<uint64_t> maximum = fields.next_u64();
    if (!allocated || !maximum) {
      return Error(Code::kUnavailable, fmt::format("{}: expected three numbers", file_.path()));
    }
    sink.emit(kAllocated, static_cast<double>(*allocated));
    sink.emit(kMaximum, static_cast<double>(*maximum));
    return {};
  }

 private:
  hostfs::KeptFile file_;
};

}  // namespace

std::unique_ptr<Collector> make_filefd(const Context& context) { return std::make_unique<Filefd>(context); }

}  // namespace oreum::collect
