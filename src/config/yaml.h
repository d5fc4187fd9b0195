// YAML as a plain tree that remembers its places: for files that are not settings, like those of rules.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace oreum::config {

struct YamlEntry;

/// Plain data. Aliases are written out; of keys that are there twice both are there.
struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  std::string text;                // of a scalar
  bool quoted = false;             // a scalar in quotes or a block: never a number, never null
  std::vector<YamlNode> items;     // of a list
  std::vector<YamlEntry> entries;  // of a map
  size_t line = 1;
  size_t column = 1;

  /// The entry of this key; null when there is none or this is no map.
  const YamlNode* find(std::string_view key) const;
  /// "3:14".
  std::string place() const;
};

struct YamlEntry {
  YamlNode key;
  YamlNode value;
};

/// The first document of a text. kInvalidArgument: "3:14: what is wrong"; kResourceExhausted when aliases or nesting
/// make more of it than a file should hold.
Result<YamlNode> parse_yaml(std::string_view text);

}  // namespace oreum::config
