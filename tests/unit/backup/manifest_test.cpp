#include "backup/manifest.h"

#include <gtest/gtest.h>

namespace oreum::backup {
namespace {

Manifest example() {
  Manifest m;
  m.program = "1.2.3";
  m.origin = Origin::kSchedule;
  m.created = {1'795'000'000'123};
  m.took = milliseconds(4567);
  m.content.instance_id = "0123456789abcdef0123456789abcdef";
  m.content.schema = 2;
  m.content.series = 12;
  m.content.journal_rows = 3;
  m.content.journal_samples = 40;
  m.content.journal_digest = UINT64_MAX;
  m.content.packs = {{{5, 600, 0xFEDCBA9876543210U}, {1, 10, 1}, {1, 2, 0}}};
  m.content.t_min = {-5};
  m.content.t_max = {1'795'000'000'000};
  m.files = {{kDatabaseName, UINT64_C(1) << 40, "00112233445566778899aabbccddeeff"}};
  return m;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Manifest, ReadsBackWhatItWrote) {
  const Manifest m = example();
  const auto read = parse_manifest(to_json(m));
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->program, m.program);
  EXPECT_EQ(read->origin, m.origin);
  EXPECT_EQ(read->created, m.created);
  EXPECT_EQ(read->took, m.took);
  EXPECT_EQ(read->content, m.content);
  EXPECT_EQ(read->bytes(), m.bytes());
  EXPECT_EQ(read->files.front().checksum, m.files.front().checksum);
}

TEST(Manifest, OfAnEmptyStoreHasNoTimes) {
  Manifest m = example();
  m.content.packs = {};
  m.content.journal_rows = m.content.journal_samples = m.content.journal_digest = 0;
  m.content.t_min = TimestampMs::max();
  m.content.t_max = TimestampMs::min();
  const auto read = parse_manifest(to_json(m));
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->content, m.content);
}

TEST(Manifest, RefusesWhatIsNone) {
  const std::string good = to_json(example());
  for (size_t size = 0; size + 2 < good.size(); ++size) {
    EXPECT_FALSE(parse_manifest(good.substr(0, size))) << size;
  }
  for (const char* bad : {"null", "[]", "{}", "{\"oreum_backup\": \"1\"}", "{\"oreum_backup\": -1}"}) {
    const auto read = parse_manifest(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code(), Code::kDataLoss);
  }
}

TEST(Manifest, RefusesFilesElsewhere) {
  for (const char* name : {"/etc/passwd", "../oreum.db", "sub/oreum.db", ""}) {
    EXPECT_FALSE(parse_manifest(replaced(to_json(example()), "\"oreum.db\"", '"' + std::string(name) + '"'))) << name;
  }
}

TEST(Manifest, RefusesPartsThatDoNotAddUp) {
  EXPECT_FALSE(parse_manifest(replaced(to_json(example()), "\"samples\":640", "\"samples\":641")));
  EXPECT_FALSE(parse_manifest(replaced(to_json(example()), "ffffffffffffffff", "fffffffffffffffe")));
  EXPECT_FALSE(parse_manifest(replaced(to_json(example()), "ffffffffffffffff", "fff")));
}

TEST(Manifest, OfANewerVersionSaysSo) {
  const auto read = parse_manifest("{\"oreum_backup\": 2, \"program\": \"9.9\"}");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Code::kFailedPrecondition);
  EXPECT_NE(read.error().to_string().find("9.9"), std::string::npos);
}

}  // namespace
}  // namespace oreum::backup
