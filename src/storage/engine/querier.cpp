#include "storage/engine/querier.h"

#include "storage/engine/series_set.h"

namespace oreum::storage {

Result<std::unique_ptr<SeriesSet>> EngineQuerier::select(std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return std::make_unique<EngineSeriesSet>(engine_, t_min_, t_max_, engine_.view(compiled, t_min_, t_max_));
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
