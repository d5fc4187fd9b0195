// Text → tree of a template. What Go's text/template has, but for define, template and block.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace oreum::rules {

struct TemplatePipe;

/// A constant, `.`, `$x`, a function's name, or a pipe in parentheses; with `.a.b` behind it.
struct TemplateOperand {
  enum class Kind { kText, kInteger, kFloat, kBool, kNil, kDot, kVariable, kFunction, kPipe };
  Kind kind = Kind::kDot;
  std::string text;  // of kText, and the name of kVariable and kFunction
  int64_t integer = 0;
  double number = 0;
  bool truth = false;
  std::shared_ptr<TemplatePipe> pipe;
  std::vector<std::string> fields;
};

/// A function or value, and its arguments.
struct TemplateCommand {
  std::vector<TemplateOperand> operands;
};

/// `$x := a | b c`.
struct TemplatePipe {
  std::vector<std::string> variables;  // one, or two in a range
  bool assigns = false;                // `=` rather than `:=`
  std::vector<TemplateCommand> commands;
};

struct TemplateNode;
using TemplateNodes = std::vector<TemplateNode>;

struct TemplateNode {
  enum class Kind { kText, kPrint, kIf, kRange, kWith, kBreak, kContinue };
  Kind kind = Kind::kText;
  std::string text;
  TemplatePipe pipe;
  TemplateNodes then;
  TemplateNodes otherwise;
};

/// kInvalidArgument says what was expected.
Result<TemplateNodes> parse_template(std::string_view text);

}  // namespace oreum::rules
