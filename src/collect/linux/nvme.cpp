// NVMe controllers: /sys/class/nvme/<device>, what they are and whether they live.
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo =
    gauge("node_nvme_info", "Non-numeric data from /sys/class/nvme/<device>, value is always 1.");

class Nvme final : public Collector {
 public:
  explicit Nvme(const Context& context) : class_(context.roots.sysfs("class/nvme")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> devices, list_or_no_data(class_.path()));
    for (const std::string& device : devices) {
      const Attributes folder = class_.folder(device);
      const std::string firmware = folder.text("firmware_rev").value_or("");
      const std::string model = folder.text("model").value_or("");
      const std::string serial = folder.text("serial").value_or("");
      const std::string state = folder.text("state").value_or("");
      sink.emit(
          kInfo,
          {{"device", device}, {"firmware_revision", firmware}, {"model", model}, {"serial", serial}, {"state", state}},
          1);
    }
    return {};
  }

 private:
  Attributes class_;
};

}  // namespace

std::unique_ptr<Collector> make_nvme(const Context& context) { return std::make_unique<Nvme>(context); }

}  // namespace oreum::collect
