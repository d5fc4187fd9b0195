// The read side of the engine.
#pragma once

#include <memory>

#include "storage/engine/engine.h"

namespace oreum::storage {

/// See Querier. Each select takes head and catalog at one moment; packs never change, so nothing is torn.
class EngineQuerier final : public Querier {
 public:
  EngineQuerier(const Engine& engine, TimestampMs t_min, TimestampMs t_max)
      : engine_(engine), t_min_(t_min), t_max_(t_max) {}

  bool only_at_hand() override { return at_hand_ = true; }
  Result<std::unique_ptr<SeriesSet>> select(std::span<const model::Matcher> matchers) override;
  Result<std::vector<std::string>> label_names(std::span<const model::Matcher> matchers) override;
  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const model::Matcher> matchers) override;

 private:
  const Engine& engine_;
  const TimestampMs t_min_;
  const TimestampMs t_max_;
  bool at_hand_ = false;
};

}  // namespace oreum::storage
