// Each script of tests/promql/scripts, over each store.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "promql/runner.h"

namespace oreum::test {
namespace {

std::string file_text(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// Names without folder and ending.
std::vector<std::string> scripts() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(OREUM_SCRIPTS)) {
    if (entry.path().extension() == ".test") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<size_t> kinds() {
  std::vector<size_t> all(store_kinds().size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

class Script : public testing::TestWithParam<std::tuple<std::string, size_t>> {};

TEST_P(Script, SaysWhatItShould) {
  const auto& [name, kind] = GetParam();
  const std::string file = name + ".test";
  const auto commands = parse_script(file_text(std::filesystem::path(OREUM_SCRIPTS) / file));
  ASSERT_TRUE(commands.has_value()) << file << ":" << commands.error().to_string();
  for (const std::string& problem : run_script(*commands, store_kinds()[kind])) ADD_FAILURE() << file << ":" << problem;
}

INSTANTIATE_TEST_SUITE_P(Scripts, Script, testing::Combine(testing::ValuesIn(scripts()), testing::ValuesIn(kinds())),
                         [](const testing::TestParamInfo<Script::ParamType>& which) {
                           return std::get<0>(which.param) + "_over_" +
                                  std::string(store_kinds()[std::get<1>(which.param)].name);
                         });

}  // namespace
}  // namespace oreum::test
