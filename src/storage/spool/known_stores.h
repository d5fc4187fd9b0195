// Which store was behind which URL, as far as this data folder knows: a start while the database is away needs its id.
#pragma once

#include <filesystem>
#include <string>

namespace oreum::storage {

/// A file of lines "instance URL", the URL without its password. Not thread-safe, and not between processes: who comes
/// last is remembered.
class KnownStores {
 public:
  /// Beside the folder of spools; an empty path knows and remembers nothing.
  explicit KnownStores(const std::filesystem::path& spools);

  /// Empty when it is not known.
  std::string instance_at(const std::string& url) const;
  /// Makes the folder. What fails is logged: it is only needed when the database is away at a start.
  void remember(const std::string& url, const std::string& instance) const;

 private:
  std::filesystem::path file_;
};

}  // namespace oreum::storage
