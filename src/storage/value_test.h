// What a matcher asks of one label value: equality or a regular expression.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oreum::storage {

/// Thread-safe once made.
class ValueTest {
 public:
  virtual ~ValueTest() = default;

  static std::unique_ptr<ValueTest> equal(std::string_view value);
  /// RE2's language, anchored at both ends, "." any character. Literals, alternations of them (`a|b`, `x(a|b)y`),
  /// `.*` and `.+` alone and with literals around or between them are recognised and need no RE2.
  /// kInvalidArgument says what is wrong with the expression.
  static Result<std::unique_ptr<ValueTest>> regex(std::string_view expression);
  /// The same by RE2 alone: what tests compare with.
  static Result<std::unique_ptr<ValueTest>> slow_regex(std::string_view expression);

  virtual bool passes(std::string_view value) const = 0;
  /// The values that pass, sorted and distinct, where they are few literals; else null.
  virtual const std::vector<std::string>* literals() const { return nullptr; }
  virtual bool dear() const { return false; }
};

}  // namespace oreum::storage
