#include "config/yaml.h"

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

namespace oreum::config {

namespace {

// Far beyond what people write; aliases of aliases reach them fast.
constexpr size_t kMaxNodes = 1'000'000;
constexpr size_t kMaxDepth = 100;

class Copier {
 public:
  Result<YamlNode> copy(const YAML::Node& node, size_t depth = 0) {
    YamlNode out;
    out.line = static_cast<size_t>(node.Mark().line) + 1;
    out.column = static_cast<size_t>(node.Mark().column) + 1;
    if (++nodes_ > kMaxNodes || depth > kMaxDepth) {
      return Error(Code::kResourceExhausted,
                   fmt::format("{}: more than {} values, or nested deeper than {}", out.place(), kMaxNodes, kMaxDepth));
    }
    if (node.IsScalar()) copy_scalar(node, out);
    if (node.IsSequence()) TRY(copy_items(node, out, depth));
    if (node.IsMap()) TRY(copy_entries(node, out, depth));
    return out;
  }

 private:
  static void copy_scalar(const YAML::Node& node, YamlNode& out) {
    out.text = node.Scalar();
    out.quoted = node.Tag() == "!";
    out.kind = YamlNode::Kind::kScalar;
  }

  Status copy_items(const YAML::Node& node, YamlNode& out, size_t depth) {
    out.kind = YamlNode::Kind::kList;
    for (const auto& item : node) {
      TRY_ASSIGN(YamlNode copied, copy(item, depth + 1));
      out.items.push_back(std::move(copied));
    }
    return {};
  }

  Status copy_entries(const YAML::Node& node, YamlNode& out, size_t depth) {
    out.kind = YamlNode::Kind::kMap;
    for (const auto& entry : node) {
      TRY_ASSIGN(YamlNode key, copy(entry.first, depth + 1));
      TRY_ASSIGN(YamlNode value, copy(entry.second, depth + 1));
      out.entries.push_back({std::move(key), std::move(value)});
    }
    return {};
  }

  size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.kind == Kind::kScalar && name.text == key) return &value;
  }
  return nullptr;
}

std::string YamlNode::place() const { return fmt::format("{}:{}", line, column); }

Result<YamlNode> parse_yaml(std::string_view text) {
  try {
    return Copier().copy(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    return Error(Code::kInvalidArgument, fmt::format("{}:{}: {}", e.mark.line + 1, e.mark.column + 1, e.msg));
  }
}

}  // namespace oreum::config
