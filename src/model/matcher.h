// Label matchers: how a query names series.
#pragma once

#include <string>
#include <string_view>

namespace oreum::model {

/// `name op "value"`. Regular expressions are RE2's and anchored at both ends. A label that a series lacks has the
/// value "". Plain data; whoever evaluates it compiles it.
struct Matcher {
  enum class Op { kEqual, kNotEqual, kRegex, kNotRegex };
  Op op = Op::kEqual;
  std::string name;
  std::string value;
  bool operator==(const Matcher&) const = default;
};

inline std::string_view op_text(Matcher::Op op) {
  switch (op) {
    case Matcher::Op::kEqual: return "=";
    case Matcher::Op::kNotEqual: return "!=";
    case Matcher::Op::kRegex: return "=~";
    case Matcher::Op::kNotRegex: return "!~";
  }
  return "?";
}

}  // namespace oreum::model
