// Matchers made ready to run over label sets.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace oreum::storage {

/// All of the matchers, compiled. Thread-safe once made.
class CompiledMatchers {
 public:
  /// kInvalidArgument quotes a regular expression that is none.
  static Result<CompiledMatchers> compile(std::span<const model::Matcher> matchers);
  CompiledMatchers(CompiledMatchers&&) noexcept;
  CompiledMatchers& operator=(CompiledMatchers&&) noexcept;
  ~CompiledMatchers();

  bool matches(const model::Labels& labels) const;
  /// The metric name that every match must have; empty when there is no such one.
  std::string_view metric() const;

 private:
  struct One;
  CompiledMatchers();
  std::vector<One> all_;
};

}  // namespace oreum::storage
