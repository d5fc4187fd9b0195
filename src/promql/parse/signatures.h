// What functions there are, what they take and what they answer. How they do it is in eval/functions.
#pragma once

#include <cstddef>
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
  /// 0: exactly args. Else the last of args may be left out, or come up to so many times; kAnyNumber: at will.
  int8_t optional = 0;
  ValueType returns = ValueType::kVector;
  bool experimental = false;

  static constexpr int8_t kAnyNumber = -1;

  size_t min_args() const { return optional == 0 ? args.size() : args.size() - 1; }
  /// SIZE_MAX: any number.
  size_t max_args() const {
    if (optional == kAnyNumber) return SIZE_MAX;
    return min_args() + static_cast<size_t>(optional);
  }
  /// Of the i-th argument; those past the end are like the last.
  ValueType arg(size_t i) const { return args[i < args.size() ? i : args.size() - 1]; }
};

/// Null when there is no such function.
const Signature* find_signature(std::string_view name);
/// All of them, by name.
std::span<const Signature> signatures();

}  // namespace oreum::promql
