// Unit tests of rules, in promtool's format: series go in, rules are evaluated, alerts and queries must answer what the
// file says.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oreum::rules {

/// Reads a file, and the files that a pattern like "alerts/*.yml" names.
struct FileAccess {
  std::function<Result<std::string>(const std::string& path)> read;
  std::function<std::vector<std::string>(const std::string& pattern)> glob;
};

struct RuleTestOptions {
  std::string only;  // a regular expression: tests whose names match; "" takes all
};

/// Runs one file; `file`'s folder is where its rule_files are looked for. What went wrong, in the file's order; empty
/// when all is as expected. Errors: the file cannot be read or is none.
Result<std::vector<std::string>> run_rule_tests(const std::string& file, const FileAccess& files,
                                                const RuleTestOptions& options);

}  // namespace oreum::rules
