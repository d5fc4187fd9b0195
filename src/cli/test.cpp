// `oreum test rules FILE…`: runs unit tests of rules.
#include <fmt/core.h>
#include <glob.h>

#include "base/file.h"
#include "cli/command.h"
#include "rules/rule_test.h"

namespace oreum::cli {

namespace {

struct TestArguments {
  std::vector<std::string> files;
  rules::RuleTestOptions options;
};

std::vector<std::string> files_of(const std::string& pattern) {
  std::vector<std::string> out;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {  // NOLINT(concurrency-mt-unsafe): one thread here
    for (size_t i = 0; i < found.gl_pathc; ++i) out.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  return out;
}

bool test_file(const std::string& path, const rules::RuleTestOptions& options) {
  fmt::print("Unit Testing:  {}\n", path);
  const rules::FileAccess files{.read = [](const std::string& file) { return read_file(file); }, .glob = files_of};
  const auto problems = rules::run_rule_tests(path, files, options);
  if (problems && problems->empty()) {
    fmt::print("  SUCCESS\n\n");
    return true;
  }
  fmt::print("  FAILED:\n");
  if (!problems) fmt::print("    {}\n", problems.error().to_string());
  for (const std::string& problem : problems.value_or(std::vector<std::string>{})) fmt::print("    {}\n", problem);
  fmt::print("\n");
  return false;
}

}  // namespace

void add_test(CLI::App& program, int& exit_code) {
  CLI::App* test = program.add_subcommand("test", "Test rules");
  test->require_subcommand(1);
  test->footer("Example:\n  oreum test rules alerts_test.yml");
  CLI::App* command = test->add_subcommand("rules", "Run unit tests of rules");
  command->footer(
      "Files are those of `promtool test rules`: series, the alerts that should fire and what queries should answer.\n"
      "Exit code 1 when a test fails.\n\nExample:\n  oreum test rules alerts_test.yml recording_test.yml");
  auto arguments = std::make_shared<TestArguments>();
  command->add_option("files", arguments->files, "Files of tests")->required()->type_name("FILE");
  command->add_option("--run", arguments->options.only, "Only tests whose names match this regular expression")
      ->type_name("REGEX");
  command->callback([arguments, &exit_code] {
    exit_code = kDone;
    for (const std::string& path : arguments->files) {
      if (!test_file(path, arguments->options)) exit_code = kFailed;
    }
  });
}

}  // namespace oreum::cli
