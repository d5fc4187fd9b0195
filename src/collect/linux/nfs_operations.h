// What the NFS client and server statistics share: the procedures of versions 2 and 3, and how they are shown.
#pragma once

#include <span>
#include <string_view>

#include "collect/linux/keyed_numbers.h"
#include "collect/sink.h"

namespace oreum::collect {

/// In the order of the protocols' procedure numbers (RFC 1094, RFC 1813).
inline constexpr std::string_view kNfsVersion2[] = {"Null", "GetAttr", "SetAttr", "Root",   "Lookup",  "ReadLink",
                                                    "Read", "WrCache", "Write",   "Create", "Remove",  "Rename",
                                                    "Link", "SymLink", "MkDir",   "RmDir",  "ReadDir", "FsStat"};
inline constexpr std::string_view kNfsVersion3[] = {"Null",   "GetAttr", "SetAttr",  "Lookup", "Access",  "ReadLink",
                                                    "Read",   "Write",   "Create",   "MkDir",  "SymLink", "MkNod",
                                                    "Remove", "RmDir",   "Rename",   "Link",   "ReadDir", "ReadDirPlus",
                                                    "FsStat", "FsInfo",  "PathConf", "Commit"};

/// A line "proc3 22 1 4084749 …": how many counters follow, then those, named in order; an empty name is not shown.
struct NfsOperations {
  std::string_view line;
  std::string_view version;
  std::span<const std::string_view> names;
};

/// Emits desc{proto, method} for each; 0 for what the kernel does not count. An error when the line was cut: a counter
/// must not fall to 0 for that.
inline Status emit_operations(Sink& sink, const KeyedNumbers& numbers, const model::MetricDesc& desc,
                              const NfsOperations& operations) {
  if (numbers.has(operations.line) &&
      numbers.get(operations.line, 0) != static_cast<double>(numbers.count(operations.line)) - 1) {
    return Error(Code::kUnavailable, "an NFS line has not as many numbers as it says");
  }
  for (size_t i = 0; i < operations.names.size(); ++i) {
    if (operations.names[i].empty()) continue;
    sink.emit(desc, {{"proto", operations.version}, {"method", operations.names[i]}},
              numbers.get(operations.line, i + 1).value_or(0));
  }
  return {};
}

}  // namespace oreum::collect
