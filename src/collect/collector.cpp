#include "collect/collector.h"

namespace oreum::collect {

const model::MetricDesc& DescCache::get(std::string_view name, std::string_view help, model::MetricType type) {
  const auto found = owned_.find(name);
  if (found != owned_.end()) return found->second->desc;
  auto owned = std::make_unique<Owned>(Owned{std::string(name), std::string(help), {}});
  owned->desc = {owned->name, owned->help, type};
  return owned_.emplace(std::string(name), std::move(owned)).first->second->desc;
}

}  // namespace oreum::collect
