// `oreum check rules FILE…`: whether files of rules are good.
#include <fmt/core.h>

#include "base/file.h"
#include "cli/check_files.h"
#include "cli/command.h"
#include "rules/rule_file.h"

namespace oreum::cli {

namespace {

struct CheckRulesArguments {
  std::vector<std::string> files;
  bool lint_fatal = false;
};

std::string labels_text(const rules::Texts& labels) {
  std::string out;
  for (const auto& [name, text] : labels) out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ", ", name, text);
  return "{" + out + "}";
}

/// What one file's check found.
struct Verdict {
  bool good = true;
  bool doubled = false;
};

Verdict check_file(const std::string& path) {
  fmt::print("Checking {}\n", path);
  const Result<std::string> text = read_file(path);
  if (!text) {
    fmt::print("  FAILED: {}\n", text.error().to_string());
    return {.good = false};
  }
  const rules::RuleFile file = rules::parse_rule_file(*text);
  if (!file.problems.empty()) {
    fmt::print("  FAILED:\n");
    for (const rules::RuleProblem& problem : file.problems) fmt::print("  {}:{}\n", path, problem.to_string());
    return {.good = false};
  }
  size_t count = 0;
  for (const rules::RuleGroup& group : file.groups) count += group.rules.size();
  const std::vector<rules::DoubledRule> doubled = rules::doubled_rules(file);
  for (const rules::DoubledRule& rule : doubled) {
    fmt::print("  {}:{}: {}{} is in the file twice; only one of them should write these series\n", path, rule.line,
               rule.name, labels_text(rule.labels));
  }
  fmt::print("  SUCCESS: {} rules found\n", count);
  return {.doubled = !doubled.empty()};
}

int check_rules(const CheckRulesArguments& arguments) {
  constexpr int kLint = 3;
  int code = kDone;
  for (const std::string& path : arguments.files) {
    const Verdict verdict = check_file(path);
    if (!verdict.good) {
      code = kFailed;
    } else if (verdict.doubled && arguments.lint_fatal && code == kDone) {
      code = kLint;
    }
  }
  return code;
}

}  // namespace

void add_check_rules(CLI::App& check, int& exit_code) {
  CLI::App* command = check.add_subcommand("rules", "Check files of recording and alerting rules");
  command->footer(
      "Files are Prometheus'. Each problem is named with its line and column. Exit code 1 when a file is not good; 3 "
      "with\n--lint-fatal when a rule is in a file twice.\n\n"
      "Example:\n  oreum check rules /etc/oreum/rules/*.yml");
  auto arguments = std::make_shared<CheckRulesArguments>();
  command->add_option("files", arguments->files, "Files of rules")->required()->type_name("FILE");
  command->add_flag("--lint-fatal", arguments->lint_fatal, "Fail when a rule is in a file twice");
  command->callback([arguments, &exit_code] { exit_code = check_rules(*arguments); });
}

}  // namespace oreum::cli
