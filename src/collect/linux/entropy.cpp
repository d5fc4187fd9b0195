// The kernel's random pool: /proc/sys/kernel/random.
#include <fmt/core.h>

#include "base/number.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kAvailable = gauge("node_entropy_available_bits", "Bits of available entropy.");
constexpr model::MetricDesc kPoolSize = gauge("node_entropy_pool_size_bits", "Bits of entropy pool.");

class Entropy final : public Collector {
 public:
  explicit Entropy(const Context& context)
      : available_(context.roots.procfs("sys/kernel/random/entropy_avail")),
        pool_size_(context.roots.procfs("sys/kernel/random/poolsize")) {}

  Status collect(Sink& sink) override {
    TRY(emit(available_, kAvailable, sink));
    return emit(pool_size_, kPoolSize, sink);
  }

 private:
  static Status emit(hostfs::KeptFile& file, const model::MetricDesc& desc, Sink& sink) {
    TRY_ASSIGN(const std::string_view text, file.read());
    const std::optional<uint64_t> bits = parse_u64(trim(text));
    if (!bits) return Error(Code::kUnavailable, fmt::format("{}: expected a number", file.path()));
    sink.emit(desc, static_cast<double>(*bits));
    return {};
  }

  hostfs::KeptFile available_;
  hostfs::KeptFile pool_size_;
};

}  // namespace

std::unique_ptr<Collector> make_entropy(const Context& context) { return std::make_unique<Entropy>(context); }

}  // namespace oreum::collect
