#include "api/current/families.h"

#include <tuple>

namespace oreum::api {

Families::Families(std::shared_ptr<const collect::Snapshot> snapshot) : snapshot_(std::move(snapshot)) {
  for (const auto& reading : snapshot_->readings) {
    const collect::Shape& shape = *reading->shape;
    for (size_t i = 0; i < reading->values.size(); ++i) {
      const std::string_view name = shape[i].desc.name;
      if (i > 0 && shape[i - 1].desc.name == name) {
        runs_.back().end = i + 1;
      } else {
        runs_.push_back({name, runs_.size(), reading.get(), i, i + 1});
      }
    }
  }
  std::sort(runs_.begin(), runs_.end(),
            [](const Run& a, const Run& b) { return std::tie(a.family, a.order) < std::tie(b.family, b.order); });
}

std::optional<double> Families::value(std::string_view family) const {
  std::optional<double> first;
  each(family, [&](const model::Labels&, double v) {
    if (!first) first = v;
  });
  return first;
}

}  // namespace oreum::api
