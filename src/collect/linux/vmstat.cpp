// Virtual memory events: /proc/vmstat, a line "name number" each; the few of node_exporter's default filter.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/filters.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr size_t kRoomToGrow = 256;  // for the numbers before the last line, and that line

class Vmstat final : public Collector {
 public:
  explicit Vmstat(const Context& context) : file_(context.roots.procfs("vmstat")) {}

  Status collect(Sink& sink) override {
    // The kernel writes two hundred lines, and what is wanted lies in the first two thirds.
    if (enough_ > 0) {
      TRY_ASSIGN(std::string_view text, file_.read_first(enough_));
      text = text.substr(0, text.rfind('\n') + 1);  // the last line may be cut in two
      if (text.find(last_) != std::string_view::npos) return emit(text, sink);
    }
    enough_ = 0;
    TRY_ASSIGN(const std::string_view text, file_.read());
    TRY(emit(text, sink));
    const size_t at = last_.empty() ? std::string_view::npos : text.rfind(last_);
    if (at != std::string_view::npos) enough_ = at + kRoomToGrow;
    return {};
  }

 private:
  Status emit(std::string_view text, Sink& sink) {
    size_t place = 0;
    for (hostfs::Lines lines(text); const auto line = lines.next(); ++place) {
      const size_t blank = line->find(' ');
      const std::string_view key = line->substr(0, blank);
      const model::MetricDesc* desc = families_.at(place, key, [this](std::string_view k) { return family_of(k); });
      if (desc == nullptr) continue;
      const auto value = blank == std::string_view::npos ? std::nullopt : parse_double(line->substr(blank + 1));
      if (!value) return Error(Code::kUnavailable, fmt::format("{}: {} has no number", file_.path(), key));
      sink.emit(*desc, *value);
      if (enough_ == 0) last_.assign("\n").append(key).append(" ");
    }
    return {};
  }

  const model::MetricDesc* family_of(std::string_view key) {
    const std::string name = fmt::format("node_vmstat_{}", key);
    if (!is_wanted_vmstat_field(key) || !model::is_valid_metric_name(name)) return nullptr;
    return &descs_.get(name, fmt::format("/proc/vmstat information field {}.", key), model::MetricType::kUntyped);
  }

  hostfs::KeptFile file_;
  FieldFamilies families_;
  DescCache descs_;
  std::string last_;   // how the last line that is wanted begins, with the end of the one before it
  size_t enough_ = 0;  // bytes that hold all that is wanted; 0: not known
};

}  // namespace

std::unique_ptr<Collector> make_vmstat(const Context& context) { return std::make_unique<Vmstat>(context); }

}  // namespace oreum::collect
