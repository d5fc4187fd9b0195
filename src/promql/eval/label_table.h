// Numbers label sets in the order in which they come.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace oreum::promql {

/// Keys are canonical encodings, or any bytes. Looking up a known one allocates nothing. Not thread-safe.
class LabelTable {
 public:
  /// The number of a key; a new one's is the size that the table had.
  uint32_t add(std::string_view key) {
    const auto found = numbers_.find(key);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<uint32_t>(keys_.size());
    keys_.push_back(&numbers_.emplace(key, number).first->first);
    return number;
  }
  std::optional<uint32_t> find(std::string_view key) const {
    const auto found = numbers_.find(key);
    if (found == numbers_.end()) return std::nullopt;
    return found->second;
  }
  size_t size() const { return keys_.size(); }
  const std::string& key(size_t number) const { return *keys_[number]; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<const std::string*> keys_;  // of the map's nodes, which stay where they are
};

}  // namespace oreum::promql
