#include "storage/engine/querier.h"

#include "storage/engine/series_set.h"

namespace oreum::storage {

namespace {

/// Series that a selector's shortest list may have for a thread that must not wait.
constexpr size_t kFewToLookAt = 1000;

Error too_many() { return {Code::kUnavailable, "more than a few series"}; }

}  // namespace

Result<std::unique_ptr<SeriesSet>> EngineQuerier::select(std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  if (at_hand_ && engine_.index().at_most(compiled) > kFewToLookAt) return too_many();
  auto set = std::make_unique<EngineSeriesSet>(engine_, t_min_, t_max_, engine_.view(compiled, t_min_, t_max_));
  if (!at_hand_) return set;
  if (set->size() > kSeriesAtHand) return too_many();
  set->only_at_hand();
  return set;
}

Result<std::vector<std::string>> EngineQuerier::label_names(std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return engine_.index().label_names(compiled);
}

Result<std::vector<std::string>> EngineQuerier::label_values(std::string_view name,
                                                             std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return engine_.index().label_values(name, compiled);
}

}  // namespace oreum::storage
