// What collectors of devices share: folders of small attribute files under /sys, and absence told from failure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hostfs/hostfs.h"

namespace oreum::collect {

/// A folder of files with one value each. Every read opens and closes its file: a machine has hundreds of them, they
/// are read in the slow lane, and a hostfs::KeptFile for each would hold a descriptor and a buffer for ever.
class Attributes {
 public:
  explicit Attributes(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string path_of(std::string_view name) const;
  Attributes folder(std::string_view name) const { return Attributes(path_of(name)); }

  /// The file's bytes. Many drivers answer a read with an error where they have no value; that is absence as well.
  std::optional<std::string> raw(std::string_view name) const;
  /// Without blanks and line ends around it.
  std::optional<std::string> text(std::string_view name) const;
  /// Decimal, or hexadecimal after "0x".
  std::optional<uint64_t> u64(std::string_view name) const;
  std::optional<int64_t> i64(std::string_view name) const;

  /// Names in this folder, sorted; none when there is no such folder.
  std::vector<std::string> names() const;

 private:
  std::string path_;
};

/// The names in a folder without which the subsystem is not there: then no_data().
Result<std::vector<std::string>> list_or_no_data(const std::string& folder);

/// The text of a file without which the subsystem is not there: then no_data(). Good until the next read.
Result<std::string_view> read_or_no_data(hostfs::KeptFile& file);

/// The number in a name such as "thermal_zone12" after its prefix "thermal_zone"; empty when it is another name.
std::string_view number_after(std::string_view prefix, std::string_view name);

}  // namespace oreum::collect
