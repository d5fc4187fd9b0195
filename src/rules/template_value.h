// What templates compute with.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "rules/template.h"

namespace oreum::rules {

struct Value;
using ValueList = std::vector<Value>;
using ValueMap = std::map<std::string, Value>;

struct Value {
  std::variant<std::monostate, bool, int64_t, double, std::string, ValueList, ValueMap> data;

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  bool truthy() const;
  /// As {{.}} prints it.
  std::string text() const;
  /// "int", "float64" …: Go's names, for errors.
  std::string_view type() const;
};

/// {"Labels": {…}, "Value": 1}, and back: how a sample of `query` looks in a template.
Value value_of(const TemplateSample& sample);
Value value_of(const model::Labels& labels);

/// A number, or a text that is one; what humanizing functions take.
Result<double> number_of(const Value& value);

/// Go's fmt.Sprintf.
std::string print_formatted(std::string_view format, std::span<const Value> args);

using Arguments = std::span<const Value>;
/// Calls a function by its name; kInvalidArgument when there is none or its arguments are not what it takes.
Result<Value> call_function(std::string_view name, Arguments args, const TemplateWorld& world);
bool is_function(std::string_view name);

}  // namespace oreum::rules
