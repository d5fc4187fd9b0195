// What the firmware says of the machine: /sys/class/dmi/id, one file a field, as labels of one series.
#include <utility>

#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo =
    gauge("node_dmi_info",
          "A metric with a constant '1' value labeled by bios_date, bios_release, bios_vendor, bios_version, "
          "board_asset_tag, board_name, board_serial, board_vendor, board_version, chassis_asset_tag, chassis_serial, "
          "chassis_vendor, chassis_version, product_family, product_name, product_serial, product_sku, product_uuid, "
          "product_version, system_vendor if provided by DMI.");

/// The files, which are the labels' names too, but for sys_vendor.
constexpr std::string_view kFields[] = {
    "bios_date",      "bios_release",   "bios_vendor",     "bios_version",    "board_asset_tag",
    "board_name",     "board_serial",   "board_vendor",    "board_version",   "chassis_asset_tag",
    "chassis_serial", "chassis_vendor", "chassis_version", "product_family",  "product_name",
    "product_serial", "product_sku",    "product_uuid",    "product_version", "sys_vendor",
};

class Dmi final : public Collector {
 public:
  explicit Dmi(const Context& context) : id_(context.roots.sysfs("class/dmi/id")) {}

  Status collect(Sink& sink) override {
    // Nothing of it changes before the next boot, so one good reading is enough.
    if (values_.empty()) read();
    if (values_.empty()) return no_data();
    std::vector<model::Label> labels;
    labels.reserve(values_.size());
    for (const auto& [name, value] : values_) labels.push_back({name, value});
    sink.emit(kInfo, labels, 1);
    return {};
  }

 private:
  void read() {
    if (!hostfs::is_dir(id_.path())) return;
    for (const std::string_view field : kFields) {
      // Serial numbers may be read by root only.
      if (auto value = id_.text(field)) {
        values_.emplace_back(field == "sys_vendor" ? "system_vendor" : field, std::move(*value));
      }
    }
  }

  Attributes id_;
  std::vector<std::pair<std::string_view, std::string>> values_;
};

}  // namespace

std::unique_ptr<Collector> make_dmi(const Context& context) { return std::make_unique<Dmi>(context); }

}  // namespace oreum::collect
