// Memory errors that ECC found: /sys/devices/system/edac/mc/mc<N>, and csrow<N> below each controller.
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kCorrectable =
    counter("node_edac_correctable_errors_total", "Total correctable memory errors.");
constexpr model::MetricDesc kUncorrectable =
    counter("node_edac_uncorrectable_errors_total", "Total uncorrectable memory errors.");
constexpr model::MetricDesc kRowCorrectable =
    counter("node_edac_csrow_correctable_errors_total", "Total correctable memory errors for this csrow.");
constexpr model::MetricDesc kRowUncorrectable =
    counter("node_edac_csrow_uncorrectable_errors_total", "Total uncorrectable memory errors for this csrow.");

class Edac final : public Collector {
 public:
  explicit Edac(const Context& context) : mc_(context.roots.sysfs("devices/system/edac/mc")) {}

  Status collect(Sink& sink) override {
    for (const std::string& name : mc_.names()) {
      const std::string_view controller = number_after("mc", name);
      if (controller.empty()) continue;
      emit_controller(sink, mc_.folder(name), controller);
    }
    return {};
  }

 private:
  static void emit_controller(Sink& sink, const Attributes& folder, std::string_view controller) {
    if (const auto n = folder.u64("ce_count")) sink.emit(kCorrectable, {{"controller", controller}}, to_double(*n));
    if (const auto n = folder.u64("ue_count")) sink.emit(kUncorrectable, {{"controller", controller}}, to_double(*n));
    emit_row(sink, controller, "unknown", folder.u64("ce_noinfo_count"), folder.u64("ue_noinfo_count"));
    for (const std::string& name : folder.names()) {
      const std::string_view row = number_after("csrow", name);
      if (row.empty()) continue;
      const Attributes csrow = folder.folder(name);
      emit_row(sink, controller, row, csrow.u64("ce_count"), csrow.u64("ue_count"));
    }
  }

  static void emit_row(Sink& sink, std::string_view controller, std::string_view row,
                       std::optional<uint64_t> correctable, std::optional<uint64_t> uncorrectable) {
    const std::initializer_list<model::Label> labels{{"controller", controller}, {"csrow", row}};
    if (correctable) sink.emit(kRowCorrectable, labels, to_double(*correctable));
    if (uncorrectable) sink.emit(kRowUncorrectable, labels, to_double(*uncorrectable));
  }

  static double to_double(uint64_t n) { return static_cast<double>(n); }

  Attributes mc_;
};

}  // namespace

std::unique_ptr<Collector> make_edac(const Context& context) { return std::make_unique<Edac>(context); }

}  // namespace oreum::collect
