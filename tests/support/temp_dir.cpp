#include "support/temp_dir.h"

#include <cstdlib>
#include <fstream>

#include "base/check.h"

namespace oreum::test {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "oreum-test-XXXXXX").string();
  OREUM_CHECK(::mkdtemp(pattern.data()) != nullptr, "cannot make a temporary folder");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TempDir::write(std::string_view name, std::string_view text) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace oreum::test
