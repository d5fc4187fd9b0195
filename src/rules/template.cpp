#include "rules/template.h"

#include <algorithm>

#include <fmt/core.h>

#include "rules/template_tree.h"
#include "rules/template_value.h"

namespace oreum::rules {

namespace {

Error bad(std::string what) { return {Code::kInvalidArgument, std::move(what)}; }

/// Walks the tree once, appending to the text.
class Expander {
 public:
  explicit Expander(const TemplateWorld& world) : world_(world) {
    ValueMap root;
    root["Labels"] = value_of(world.labels);
    root["ExternalLabels"] = value_of(world.external_labels);
    root["ExternalURL"] = Value{world.external_url};
    root["Value"] = Value{world.value};
    variables_.emplace_back("", Value{root});  // `$`
    variables_.emplace_back("labels", root["Labels"]);
    variables_.emplace_back("externalLabels", root["ExternalLabels"]);
    variables_.emplace_back("externalURL", root["ExternalURL"]);
    variables_.emplace_back("value", root["Value"]);
  }

  Result<std::string> expand(const TemplateNodes& nodes) {
    const Value root = variables_.front().second;
    TRY(walk(nodes, root));
    return std::move(out_);
  }

 private:
  enum class Jump { kNone, kBreak, kContinue };

  Result<Jump> walk(const TemplateNodes& nodes, const Value& dot) {
    const size_t scope = variables_.size();
    Jump jump = Jump::kNone;
    for (const TemplateNode& node : nodes) {
      TRY_ASSIGN(jump, walk_one(node, dot));
      if (jump != Jump::kNone) break;
    }
    variables_.resize(scope);
    return jump;
  }

  Result<Jump> walk_one(const TemplateNode& node, const Value& dot) {
    using Kind = TemplateNode::Kind;
    if (node.kind == Kind::kText) out_ += node.text;
    if (node.kind == Kind::kBreak) return Jump::kBreak;
    if (node.kind == Kind::kContinue) return Jump::kContinue;
    if (node.kind == Kind::kText) return Jump::kNone;
    if (node.kind == Kind::kRange) return walk_range(node, dot);
    const size_t scope = variables_.size();
    TRY_ASSIGN(const Value value, evaluate(node.pipe, dot));
    if (node.kind == Kind::kPrint) {
      if (node.pipe.variables.empty()) out_ += value.text();
      return Jump::kNone;  // its variables live on
    }
    const Value& inner = node.kind == Kind::kWith ? value : dot;
    auto jump = value.truthy() ? walk(node.then, inner) : walk(node.otherwise, dot);
    variables_.resize(scope);
    return jump;
  }

  Result<Jump> walk_range(const TemplateNode& node, const Value& dot) {
    const size_t scope = variables_.size();
    TRY_ASSIGN(const Value over, evaluate(node.pipe, dot, false));
    bool any = false;
    const auto each = [&](const Value& key, const Value& item) -> Result<Jump> {
      any = true;
      bind_range(node.pipe, key, item);
      TRY_ASSIGN(const Jump jump, walk(node.then, item));
      variables_.resize(scope);
      return jump;
    };
    if (const auto* list = over.as<ValueList>()) {
      for (size_t i = 0; i < list->size(); ++i) {
        TRY_ASSIGN(const Jump jump, each(Value{static_cast<int64_t>(i)}, (*list)[i]));
        if (jump == Jump::kBreak) break;
      }
    } else if (const auto* map = over.as<ValueMap>()) {
      for (const auto& [key, item] : *map) {
        TRY_ASSIGN(const Jump jump, each(Value{key}, item));
        if (jump == Jump::kBreak) break;
      }
    } else if (over.truthy()) {
      return bad(fmt::format("range can't iterate over {}", over.text()));
    }
    return any ? Result<Jump>(Jump::kNone) : walk(node.otherwise, dot);
  }

  void bind_range(const TemplatePipe& pipe, const Value& key, const Value& item) {
    if (pipe.variables.size() == 2) variables_.emplace_back(pipe.variables[0].substr(1), key);
    if (!pipe.variables.empty()) variables_.emplace_back(pipe.variables.back().substr(1), item);
  }

  Result<Value> evaluate(const TemplatePipe& pipe, const Value& dot, bool bind = true) {
    Value value;
    for (size_t i = 0; i < pipe.commands.size(); ++i) {
      TRY_ASSIGN(value, run(pipe.commands[i], dot, i == 0 ? nullptr : &value));
    }
    if (!bind || pipe.variables.empty()) return value;
    const std::string name = pipe.variables[0].substr(1);
    if (pipe.assigns) {
      TRY_ASSIGN(Value* const known, find_variable(name));
      *known = value;
    } else {
      variables_.emplace_back(name, value);
    }
    return value;
  }

  Result<Value> run(const TemplateCommand& command, const Value& dot, const Value* last) {
    const TemplateOperand& head = command.operands[0];
    if (head.kind == TemplateOperand::Kind::kFunction) return call(command, dot, last);
    if (command.operands.size() > 1 || last != nullptr) return bad("can't give argument to non-function");
    return operand(head, dot);
  }

  Result<Value> call(const TemplateCommand& command, const Value& dot, const Value* last) {
    const std::string& name = command.operands[0].text;
    std::vector<Value> args;
    for (size_t i = 1; i < command.operands.size(); ++i) {
      TRY_ASSIGN(Value arg, operand(command.operands[i], dot));
      args.push_back(std::move(arg));
      // `and` and `or` stop where the answer is known.
      if ((name == "and" && !args.back().truthy()) || (name == "or" && args.back().truthy())) return args.back();
    }
    if (last != nullptr) args.push_back(*last);
    return call_function(name, args, world_);
  }

  Result<Value> operand(const TemplateOperand& operand, const Value& dot) {
    TRY_ASSIGN(Value value, base_of(operand, dot));
    for (const std::string& field : operand.fields) {
      TRY_ASSIGN(value, field_of(value, field));
    }
    return value;
  }

  Result<Value> base_of(const TemplateOperand& operand, const Value& dot) {
    using Kind = TemplateOperand::Kind;
    switch (operand.kind) {
      case Kind::kText: return Value{operand.text};
      case Kind::kInteger: return Value{operand.integer};
      case Kind::kFloat: return Value{operand.number};
      case Kind::kBool: return Value{operand.truth};
      case Kind::kNil: return Value{};
      case Kind::kDot: return dot;
      case Kind::kPipe: return evaluate(*operand.pipe, dot);
      case Kind::kFunction: return call_function(operand.text, {}, world_);
      case Kind::kVariable: break;
    }
    TRY_ASSIGN(const Value* const found, find_variable(operand.text.substr(1)));
    return *found;
  }

  Result<Value*> find_variable(const std::string& name) {
    const auto found =
        std::find_if(variables_.rbegin(), variables_.rend(), [&](const auto& v) { return v.first == name; });
    if (found == variables_.rend()) return bad(fmt::format("undefined variable \"${}\"", name));
    return &found->second;
  }

  static Result<Value> field_of(const Value& value, const std::string& field) {
    const auto* map = value.as<ValueMap>();
    if (map == nullptr) return bad(fmt::format("can't evaluate field {} in type {}", field, value.type()));
    const auto found = map->find(field);
    // A label that is not there is empty, as a label of a series is.
    return found == map->end() ? Value{std::string()} : found->second;
  }

  const TemplateWorld& world_;
  std::vector<std::pair<std::string, Value>> variables_;  // without the dollar; the last of a name counts
  std::string out_;
};

/// Names of functions and variables are known before anything is expanded, as in Go.
class Checker {
 public:
  Status check(const TemplateNodes& nodes) {
    const size_t scope = variables_.size();
    for (const TemplateNode& node : nodes) {
      const size_t outside = variables_.size();
      TRY(check_pipe(node.pipe));
      TRY(check(node.then));
      TRY(check(node.otherwise));
      if (node.kind != TemplateNode::Kind::kPrint) variables_.resize(outside);
    }
    variables_.resize(scope);
    return {};
  }

 private:
  Status check_pipe(const TemplatePipe& pipe) {
    for (const TemplateCommand& command : pipe.commands) {
      for (const TemplateOperand& operand : command.operands) {
        if (operand.pipe) TRY(check_pipe(*operand.pipe));
        if (operand.kind == TemplateOperand::Kind::kFunction && !is_function(operand.text)) {
          return bad(fmt::format("function \"{}\" not defined", operand.text));
        }
        const bool known = std::find(variables_.begin(), variables_.end(), operand.text) != variables_.end();
        if (operand.kind == TemplateOperand::Kind::kVariable && !known) {
          return bad(fmt::format("undefined variable \"{}\"", operand.text));
        }
      }
    }
    variables_.insert(variables_.end(), pipe.variables.begin(), pipe.variables.end());
    return {};
  }

  std::vector<std::string> variables_{"$", "$labels", "$externalLabels", "$externalURL", "$value"};
};

Result<TemplateNodes> checked(std::string_view text) {
  TRY_ASSIGN(TemplateNodes nodes, parse_template(text));
  TRY(Checker().check(nodes));
  return nodes;
}

}  // namespace

Status check_template(std::string_view text) {
  TRY(checked(text));
  return {};
}

Result<std::string> expand_template(std::string_view text, const TemplateWorld& world) {
  TRY_ASSIGN(const TemplateNodes nodes, checked(text));
  return Expander(world).expand(nodes);
}

}  // namespace oreum::rules
