// Every collector over the fixture machine with each of its files, in turn, missing or spoilt: it answers with values
// or an error, and works again once the file is whole.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(out).str();
}

void write_all(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

/// Each number of a text replaced.
std::string with_numbers(std::string_view text, std::string_view number) {
  std::string out;
  bool in_number = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !in_number) out += number;
    if (!digit) out += c;
    in_number = digit;
  }
  return out;
}

std::vector<std::string> spoilt(const std::string& text) {
  std::string noise(200, '\0');
  std::minstd_rand random(42);
  for (char& c : noise) c = static_cast<char>(random());
  std::vector<std::string> out{"", "\n", "\n\n\n", std::string(3, '\0'), noise, std::string(100'000, 'x')};
  for (const size_t parts : {2, 3, 7}) out.push_back(text.substr(0, text.size() / parts));
  if (!text.empty()) out.push_back(text.substr(0, text.size() - 1));
  for (const std::string_view number : {"18446744073709551615", "99999999999999999999999", "-1", "1e999", "nan", "x"}) {
    out.push_back(with_numbers(text, number));
  }
  out.push_back(text + text);
  return out;
}

/// A copy of a fixture machine that the tests may spoil; each leaves it whole.
class Machine {
 public:
  explicit Machine(std::string_view name) {
    fs::copy(test::fixture(name), tree_.path(), fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }
  const fs::path& path() const { return tree_.path(); }

 private:
  test::TempDir tree_;
};

/// The machine that shows most of a collector's files.
const Machine& machine(std::string_view collector) {
  static const Machine core("host-a");
  static const Machine hardware("host-hardware");
  const bool is_hardware = fs::exists(hardware.path() / "expected" / (std::string(collector) + ".txt"));
  return is_hardware ? hardware : core;
}

/// What one reading says, with its error.
std::string answer(std::string_view collector) { return test::read_tree(collector, machine(collector).path()); }

/// Finds the files below a folder without which a collector says something else. A folder that it does not miss is not
/// looked into.
void find_missed(std::string_view collector, const std::string& whole, const fs::path& folder,
                 std::vector<fs::path>& out) {
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_symlink()) entries.push_back(entry.path());
  }
  std::sort(entries.begin(), entries.end());
  const fs::path aside = machine(collector).path() / "aside";
  for (const fs::path& entry : entries) {
    fs::rename(entry, aside);
    const bool same = answer(collector) == whole;
    fs::rename(aside, entry);
    if (same) continue;
    fs::is_directory(entry) ? find_missed(collector, whole, entry, out) : out.push_back(entry);
  }
}

/// Some of the files that matter to a collector, evenly chosen: a machine's hundred attribute files are read alike.
const std::vector<fs::path>& files_of(std::string_view collector) {
  static std::map<std::string_view, std::vector<fs::path>> known;
  const auto [found, is_new] = known.try_emplace(collector);
  if (!is_new) return found->second;
  std::vector<fs::path> all;
  find_missed(collector, answer(collector), machine(collector).path(), all);
  constexpr size_t kMost = 12;
  const size_t count = std::min(kMost, all.size());
  for (size_t i = 0; i < count; ++i) found->second.push_back(all[i * all.size() / count]);
  return found->second;
}

class Robustness : public testing::TestWithParam<std::string_view> {
 protected:
  /// A new collector and an old one that has the file open already.
  static void collect_both(test::CollectTree& old) {
    test::CollectTree fresh(GetParam(), machine(GetParam()).path());
    (void)fresh.collect();
    old.clock().advance(milliseconds(1000));
    (void)old.collect();
    EXPECT_EQ(old.sink().values().size(), old.sink().shape()->size());
  }
};

TEST_P(Robustness, SpoiltFilesAreSurvived) {
  test::CollectTree old(GetParam(), machine(GetParam()).path());
  (void)old.collect();
  const size_t whole = old.values().size();
  for (const fs::path& file : files_of(GetParam())) {
    const std::string text = read_all(file);
    for (const std::string& content : spoilt(text)) {
      write_all(file, content);
      collect_both(old);
    }
    write_all(file, text);
    (void)old.collect();
  }
  test::CollectTree fresh(GetParam(), machine(GetParam()).path());
  (void)fresh.collect();
  EXPECT_EQ(fresh.values().size(), whole);
}

TEST_P(Robustness, MissingFilesAndFoldersInTheirPlaceAreSurvived) {
  test::CollectTree old(GetParam(), machine(GetParam()).path());
  for (const fs::path& file : files_of(GetParam())) {
    const std::string text = read_all(file);
    fs::remove(file);
    collect_both(old);
    fs::create_directory(file);
    collect_both(old);
    fs::remove(file);
    write_all(file, text);
  }
}

TEST_P(Robustness, AMachineWithNothingIsSurvived) {
  const test::TempDir nothing;
  test::CollectTree run(GetParam(), nothing.path());
  for (int round = 0; round < 3; ++round) (void)run.collect();
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const CollectorSpec& spec : all_collectors()) out.push_back(spec.name);
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, Robustness, testing::ValuesIn(names()),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace oreum::collect
