#include "base/version.h"

#include <fmt/core.h>

#include "cli/command.h"

namespace oreum::cli {

void add_version(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("version", "Print the version");
  command->footer("Example:\n  oreum version");
  command->callback([&exit_code] {
    fmt::print("oreum {}\n", kVersion);
    exit_code = kDone;
  });
}

}  // namespace oreum::cli
