#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/fault.h"
#include "support/temp_dir.h"

namespace oreum {
namespace {

using ::testing::HasSubstr;

TEST(File, AnAtomicWriteIsAllOrNothingUnderEveryFailure) {
  const test::TempDir dir;
  const std::string path = dir / "f";
  ASSERT_TRUE(write_file_atomically(path, "old"));
  for (int k = 1;; ++k) {
    fault::arm("*", fault::Action::kError, k);
    const Status written = write_file_atomically(path, "new");
    const bool struck = fault::struck();
    fault::disarm();
    const std::string text = *read_file(path);
    if (!struck) {
      EXPECT_TRUE(written);
      EXPECT_EQ(text, "new");
      EXPECT_GT(k, 2) << "no fault point was passed";
      break;
    }
    EXPECT_FALSE(written);
    EXPECT_TRUE(text == "old" || text == "new") << text;
  }
}

TEST(File, AMissingFileIsNotFound) {
  const Result<std::string> text = read_file("/nonexistent/x");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), Code::kNotFound);
}

TEST(LockFile, RefusesASecondOwnerAndNamesTheFirst) {
  const test::TempDir dir;
  {
    const Result<LockFile> first = LockFile::take(dir / "lock");
    ASSERT_TRUE(first);
    const Result<LockFile> second = LockFile::take(dir / "lock");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Code::kUnavailable);
    EXPECT_THAT(second.error().to_string(), HasSubstr("pid " + std::to_string(::getpid())));
  }
  EXPECT_TRUE(LockFile::take(dir / "lock"));
}

TEST(Fault, StrikesAtTheNthPassingOnly) {
  fault::arm("a", fault::Action::kError, 2);
  EXPECT_TRUE(fault::point("a"));
  EXPECT_TRUE(fault::point("b"));
  EXPECT_FALSE(fault::point("a"));
  EXPECT_TRUE(fault::point("a"));
  fault::disarm();
  EXPECT_TRUE(fault::point("a"));
}

TEST(Fault, SpecsAreChecked) {
  for (const char* bad : {"", "a", "a:kill", "a@1", "a:boom@1", "a:kill@0", "a:kill@x", "a@1:kill"}) {
    EXPECT_FALSE(fault::arm_from(bad)) << bad;
  }
  EXPECT_TRUE(fault::arm_from("a:error@3"));
  fault::disarm();
}

}  // namespace
}  // namespace oreum
