// The program: `oreum SUBCOMMAND`.
#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/fault.h"
#include "cli/command.h"
#include "db/fault_vfs.h"

namespace oreum::cli {
namespace {

int main_with(int argc, char** argv) {
  if (const char* spec = std::getenv("OREUM_FAULT"); spec != nullptr) {  // NOLINT(concurrency-mt-unsafe): one thread
    if (const Status armed = fault::arm_from(spec); !armed) return fail(armed.error());
    if (std::string_view(spec).starts_with("db.file.")) db::install_fault_vfs();
  }
  CLI::App program{"Oreum watches machines, and climbs with you from one to many."};
  program.name("oreum");
  program.require_subcommand(1);
  program.footer(
      "Example:\n  oreum run                    watch this machine, on http://127.0.0.1:8000\n"
      "  oreum COMMAND --help         more about a command");
  int exit_code = kDone;
  add_commands(program, exit_code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return program.exit(e) == 0 ? kDone : kUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace oreum::cli

int main(int argc, char** argv) { return oreum::cli::main_with(argc, argv); }
