#include "hostfs/hostfs.h"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "hostfs/folder.h"
#include "hostfs/shared_texts.h"
#include "hostfs/shelf.h"
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

TEST(KeptFile, ReadsNoMoreThanAskedFor) {
  const test::TempDir dir;
  dir.write("f", std::string(5000, 'x'));
  KeptFile file(dir / "f");
  EXPECT_EQ(file.read_first(700)->size(), 700U);
  EXPECT_EQ(file.read_first(3000)->size(), 3000U);
  EXPECT_EQ(file.read()->size(), 5000U);
  EXPECT_EQ(file.read_first(9000)->size(), 5000U);
}

TEST(Shelf, KeepsTheFirstFilesOpenAndReadsTheOthersToo) {
  const test::TempDir dir;
  dir.write("a", "one");
  dir.write("b", "two");
  Shelf shelf(1);
  Shelf::Slot a;
  Shelf::Slot b;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(shelf.read(a, (dir / "a").c_str()), "one");
    EXPECT_EQ(shelf.read(b, (dir / "b").c_str()), "two");
  }
  // Put in their place: the kept descriptor still has the old file, the other is opened anew.
  for (const char* name : {"a", "b"}) {
    dir.write("new", "new");
    std::filesystem::rename(dir.path() / "new", dir.path() / name);
  }
  EXPECT_EQ(shelf.read(a, (dir / "a").c_str()), "one");
  EXPECT_EQ(shelf.read(b, (dir / "b").c_str()), "new");
  a = Shelf::Slot();
  shelf.read(b, (dir / "b").c_str());  // has the place that came free
  dir.write("new", "newer");
  std::filesystem::rename(dir.path() / "new", dir.path() / "b");
  EXPECT_EQ(shelf.read(b, (dir / "b").c_str()), "new");
}

TEST(Shelf, ReadsLongFilesAndLooksSeldomForThoseNeverSeen) {
  const test::TempDir dir;
  dir.write("long", std::string(50'000, 'x'));
  Shelf shelf(8);
  Shelf::Slot slot;
  EXPECT_EQ(shelf.read(slot, (dir / "long").c_str())->size(), 50'000U);
  Shelf::Slot none;
  EXPECT_FALSE(shelf.read(none, (dir / "none").c_str()));
  dir.write("none", "here");
  int failed = 1;
  while (failed < 100 && !shelf.read(none, (dir / "none").c_str())) ++failed;
  EXPECT_EQ(failed, KeptFile::kSeldom);
  Shelf::Slot folder;
  EXPECT_FALSE(shelf.read(folder, dir.path().c_str()));
}

TEST(Folder, ListsAgainAndAgain) {
  const test::TempDir dir;
  Folder folder(dir.path().string());
  const auto names = [&] {
    std::set<std::string> out;
    EXPECT_TRUE(folder.rewind());
    while (const auto name = folder.next()) out.emplace(*name);
    return out;
  };
  EXPECT_TRUE(names().empty());
  dir.write("a", "");
  dir.write("b", "");
  EXPECT_EQ(names(), (std::set<std::string>{"a", "b"}));
  Folder missing(dir / "none");
  EXPECT_EQ(missing.rewind().error().code(), Code::kNotFound);
}

TEST(SharedFile, ReadersThatTakeTurnsGetTheSameText) {
  const test::TempDir dir;
  dir.write("f", "one");
  SharedTexts texts;
  SharedFile first(texts, dir / "f");
  SharedFile second(texts, dir / "f");
  EXPECT_EQ(*first.read(), "one");
  dir.write("f", "two");
  EXPECT_EQ(*second.read(), "one");
  EXPECT_EQ(*first.read(), "two");
  dir.write("f", "three");
  EXPECT_EQ(*second.read(), "two");
  EXPECT_EQ(*second.read(), "three") << "alone, it reads each time";
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
