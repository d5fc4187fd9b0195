// Files of lines "key number number …": the kernel's NFS and XFS statistics.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oreum::collect {

/// Parses such a text again and again; allocates nothing once it has seen the largest. Not thread-safe.
class KeyedNumbers {
 public:
  /// kUnavailable when a field is no number. `text` must stay until the last lookup.
  Status parse(std::string_view text);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// How many numbers follow the key; 0 when there is no such line.
  size_t count(std::string_view key) const;
  /// The i-th number after the key.
  std::optional<double> get(std::string_view key, size_t i) const;

 private:
  struct Line {
    std::string_view key;
    size_t first;  // in values_
    size_t count;
  };
  const Line* find(std::string_view key) const;

  std::vector<Line> lines_;
  std::vector<double> values_;
};

}  // namespace oreum::collect
