// What functions there are, what they take and what they answer. How they do it is in eval/functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace oreum::promql {

enum class ValueType : uint8_t { kScalar, kVector, kMatrix, kString };

/// "scalar", "instant vector", "range vector", "string": as error messages say it.
std::string_view type_text(ValueType type);

struct Signature {
  std::string_view name;
  std::span<const ValueType> args;
  /// How many of the last arguments may be left out; kAnyNumber: the last may be left out or repeated at will.
  int8_t optional = 0;
  ValueType returns = ValueType::kVector;
  bool experimental = false;

  static constexpr int8_t kAnyNumber = -1;
};

/// Null when there is no such function.
const Signature* find_signature(std::string_view name);
/// All of them, by name.
std::span<const Signature> signatures();

}  // namespace oreum::promql
