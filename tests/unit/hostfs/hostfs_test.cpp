#include "hostfs/hostfs.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "hostfs/text.h"
#include "support/temp_dir.h"

namespace oreum::hostfs {
namespace {

TEST(Roots, JoinWithOneSlash) {
  const Roots roots{.proc = "/host/proc/", .sys = "/sys", .root = "/"};
  EXPECT_EQ(roots.procfs("net/dev"), "/host/proc/net/dev");
  EXPECT_EQ(roots.sysfs("/class/net"), "/sys/class/net");
  EXPECT_EQ(roots.rootfs("/etc/os-release"), "/etc/os-release");
}

TEST(KeptFile, SeesWhatIsNewWithoutReopening) {
  const test::TempDir dir;
  dir.write("f", "one\n");
  KeptFile file(dir / "f");
  EXPECT_EQ(*file.read(), "one\n");
  dir.write("f", std::string(5000, 'x'));
  EXPECT_EQ(file.read()->size(), 5000U);
  dir.write("f", "");
  EXPECT_EQ(*file.read(), "");
}

TEST(KeptFile, AFileThatComesLaterIsFound) {
  const test::TempDir dir;
  KeptFile file(dir / "f");
  ASSERT_FALSE(file.read());
  EXPECT_EQ(file.read().error().code(), Code::kNotFound);
  dir.write("f", "x");
  // Two reads have failed; a file that has never been there is looked for now and then.
  int failed = 2;
  while (failed < 100 && !file.read()) ++failed;
  EXPECT_EQ(failed, KeptFile::kSeldom);
  EXPECT_EQ(*file.read(), "x");
}

TEST(KeptFile, AFolderIsAnError) {
  const test::TempDir dir;
  KeptFile file(dir.path().string());
  EXPECT_FALSE(file.read());
}

TEST(KeptFiles, SweepForgetsWhatWasNotRead) {
  const test::TempDir dir;
  dir.write("a", " 7\n");
  dir.write("b", "x");
  KeptFiles files;
  EXPECT_EQ(files.try_u64(dir / "a"), 7U);
  EXPECT_EQ(files.try_u64(dir / "b"), std::nullopt);
  EXPECT_EQ(files.try_u64(dir / "none"), std::nullopt);
  files.sweep();
  files.sweep();
  EXPECT_EQ(files.try_i64(dir / "a"), 7);
}

TEST(Text, LinesAndFields) {
  Lines lines("a  b\n\n c\t1");
  EXPECT_EQ(lines.next(), "a  b");
  EXPECT_EQ(lines.next(), "");
  Fields fields(*lines.next());
  EXPECT_EQ(fields.next(), "c");
  EXPECT_EQ(fields.next_u64(), 1U);
  EXPECT_EQ(fields.next(), "");
  EXPECT_EQ(fields.next_u64(), std::nullopt);
  EXPECT_EQ(lines.next(), std::nullopt);
}

RC_GTEST_PROP(Text, FieldsHoldEveryByteThatIsNoBlank, (std::string text)) {
  std::string expected;
  std::string got;
  for (const char c : text) {
    if (c != ' ' && c != '\t') expected += c;
  }
  Fields fields(text);
  for (auto f = fields.next(); !f.empty(); f = fields.next()) got += f;
  RC_ASSERT(got == expected);
}

}  // namespace
}  // namespace oreum::hostfs
