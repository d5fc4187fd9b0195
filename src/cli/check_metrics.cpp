// `oreum check metrics`: whether a page of metrics can be read, and follows the rules of good names.
#include <algorithm>
#include <array>
#include <cctype>
#include <iostream>
#include <iterator>
#include <set>

#include <fmt/core.h>

#include "base/file.h"
#include "cli/check_files.h"
#include "cli/command.h"
#include "encoding/exposition_parser.h"

namespace oreum::cli {

namespace {

using encoding::ParsedFamily;
using encoding::ParsedSample;
using model::MetricType;

constexpr int kLint = 3;

struct Unit {
  std::string_view name;
  std::string_view base;
};

/// Units that have a base unit to use instead.
constexpr auto kUnits = std::to_array<Unit>(
    {{"milliseconds", "seconds"}, {"microseconds", "seconds"}, {"nanoseconds", "seconds"},  {"minutes", "seconds"},
     {"hours", "seconds"},        {"days", "seconds"},         {"weeks", "seconds"},        {"kelvin", "celsius"},
     {"kelvins", "celsius"},      {"fahrenheit", "celsius"},   {"rankine", "celsius"},      {"inches", "meters"},
     {"yards", "meters"},         {"miles", "meters"},         {"kilometers", "meters"},    {"centimeters", "meters"},
     {"millimeters", "meters"},   {"bits", "bytes"},           {"kilobytes", "bytes"},      {"megabytes", "bytes"},
     {"gigabytes", "bytes"},      {"terabytes", "bytes"},      {"kibibytes", "bytes"},      {"mebibytes", "bytes"},
     {"gibibytes", "bytes"},      {"calories", "joules"},      {"kilograms", "grams"},      {"milligrams", "grams"},
     {"pounds", "grams"},         {"ounces", "grams"},         {"milliamperes", "amperes"}, {"kilovolts", "volts"},
     {"millivolts", "volts"},     {"kilohertz", "hertz"},      {"megahertz", "hertz"},      {"gigahertz", "hertz"}});

/// Short forms of units.
constexpr auto kShort =
    std::to_array<std::string_view>({"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"});

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (c == '_') {
      words.emplace_back();
    } else {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return words;
}

bool has_camel_case(std::string_view name) {
  for (size_t i = 1; i < name.size(); ++i) {
    const bool lower = std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    if (lower && std::isupper(static_cast<unsigned char>(name[i])) != 0) return true;
  }
  return false;
}

bool is_histogram(const ParsedFamily& f) { return f.type == MetricType::kHistogram; }
bool is_summary(const ParsedFamily& f) { return f.type == MetricType::kSummary; }

/// What is to be said of one family.
class Linter {
 public:
  explicit Linter(const ParsedFamily& family) : family_(family) {}

  std::vector<std::string> run() {
    if (!family_.help) say("no help text");
    check_suffixes();
    check_words();
    check_labels();
    return std::move(said_);
  }

 private:
  void say(std::string text) { said_.push_back(std::move(text)); }

  void check_suffixes() {
    const std::string_view name = family_.name;
    const bool counter = family_.type == MetricType::kCounter;
    const bool untyped = family_.type == MetricType::kUntyped;
    if (counter && !name.ends_with("_total")) say("counter metrics should have \"_total\" suffix");
    if (!counter && !untyped && name.ends_with("_total")) {
      say("non-counter metrics should not have \"_total\" suffix");
    }
    if (untyped) return;
    if (!is_histogram(family_) && name.ends_with("_bucket")) {
      say("non-histogram metrics should not have \"_bucket\" suffix");
    }
    for (const std::string_view suffix : {"_count", "_sum"}) {
      if (!is_histogram(family_) && !is_summary(family_) && name.ends_with(suffix)) {
        say(fmt::format("non-histogram and non-summary metrics should not have \"{}\" suffix", suffix));
      }
    }
  }

  void check_words() {
    if (family_.name.find(':') != std::string::npos) say("metric names should not contain ':'");
    if (has_camel_case(family_.name)) say("metric names should be written in 'snake_case' not 'camelCase'");
    const std::vector<std::string> words = words_of(family_.name);
    const auto has = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    for (const Unit& unit : kUnits) {
      if (has(unit.name)) say(fmt::format("use base unit \"{}\" instead of \"{}\"", unit.base, unit.name));
    }
    if (std::any_of(kShort.begin(), kShort.end(), has)) say("metric names should not contain abbreviated units");
    if (family_.type == MetricType::kUntyped) return;
    const std::string_view type = model::type_name(family_.type);
    if (has(type)) say(fmt::format("metric name should not include type '{}'", type));
  }

  void check_labels() {
    bool le = false;
    bool quantile = false;
    std::set<std::string> camel;
    for (const ParsedSample& sample : family_.samples) {
      for (const auto& [name, value] : sample.labels) {
        le = le || name == "le";
        quantile = quantile || name == "quantile";
        if (has_camel_case(name)) camel.insert(name);
      }
    }
    if (le && !is_histogram(family_)) say("non-histogram metrics should not have \"le\" label");
    if (quantile && !is_summary(family_)) say("non-summary metrics should not have \"quantile\" label");
    if (!camel.empty()) say("label names should be written in 'snake_case' not 'camelCase'");
  }

  const ParsedFamily& family_;
  std::vector<std::string> said_;
};

/// A series that is there twice.
std::vector<std::string> doubled(const ParsedFamily& family) {
  std::set<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> seen;
  for (const ParsedSample& sample : family.samples) {
    auto labels = sample.labels;
    std::sort(labels.begin(), labels.end());
    if (!seen.emplace(sample.name, std::move(labels)).second) return {"metric not unique"};
  }
  return {};
}

Result<std::string> read_input(const std::string& path) {
  if (path != "-") return read_file(path);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

int check_metrics(const std::string& path) {
  const auto text = read_input(path);
  if (!text) return fail(text.error());
  const auto families = encoding::parse_exposition(*text);
  if (!families) {
    fmt::print(stderr, "oreum: {}: {}\n", path == "-" ? "standard input" : path, families.error().to_string());
    return kFailed;
  }
  int code = kDone;
  for (const ParsedFamily& family : *families) {
    std::vector<std::string> said = Linter(family).run();
    for (std::string& more : doubled(family)) said.push_back(std::move(more));
    for (const std::string& what : said) fmt::print(stderr, "{} {}\n", family.name, what);
    if (!said.empty()) code = kLint;
  }
  return code;
}

}  // namespace

void add_check_metrics(CLI::App& check, int& exit_code) {
  CLI::App* command = check.add_subcommand("metrics", "Check a page of metrics: can it be read, are its names good");
  command->footer(
      "Reads files, or standard input. Exit code 1 when a page cannot be read, 3 when there is advice.\n\n"
      "Example:\n  curl -s localhost:8000/metrics | oreum check metrics\n  oreum check metrics node.prom");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("files", *files, "Pages in the text format; - for standard input")->type_name("FILE");
  command->callback([files, &exit_code] {
    if (files->empty()) files->emplace_back("-");
    exit_code = kDone;
    for (const std::string& path : *files) {
      const int code = check_metrics(path);
      // A page that cannot be read is worse than advice.
      if (exit_code != kFailed && code != kDone) exit_code = code;
    }
  });
}

}  // namespace oreum::cli
