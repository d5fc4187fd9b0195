#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

class TextfileTest : public testing::Test {
 protected:
  TextfileTest() : run_("textfile", dir_.path()) { run_.context().textfile_directory = dir_.path().string(); }

  /// One reading without the mtimes, which are the machine's.
  std::string read() {
    EXPECT_TRUE(run_.collect());
    std::string out;
    for (const auto& [series, value] : run_.values()) {
      if (series.starts_with("node_textfile_mtime_seconds")) continue;
      out += series + " ";
      append_double(out, value);
      out += "\n";
    }
    return out;
  }

  const Entry& entry(std::string_view name) {
    for (const Entry& e : *run_.sink().shape()) {
      if (e.desc.name == name) return e;
    }
    ADD_FAILURE() << name;
    return run_.sink().shape()->front();
  }

  test::TempDir dir_;
  test::CollectTree run_;
};

TEST_F(TextfileTest, WithoutAFolderThereIsNothingAndNoError) {
  run_.context().textfile_directory.clear();
  EXPECT_EQ(read(), "node_textfile_scrape_error 0\n");
}

TEST_F(TextfileTest, ReadsPromFilesOnlyAndKeepsTypesAndHelps) {
  dir_.write("a.prom", "# HELP jobs_total Jobs run.\n# TYPE jobs_total counter\njobs_total{queue=\"x\"} 3\n");
  dir_.write("b.txt", "ignored 1\n");
  EXPECT_EQ(read(), "jobs_total{queue=\"x\"} 3\nnode_textfile_scrape_error 0\n");
  EXPECT_EQ(entry("jobs_total").desc.type, model::MetricType::kCounter);
  EXPECT_EQ(entry("jobs_total").desc.help, "Jobs run.");
  EXPECT_GT(run_.values().at("node_textfile_mtime_seconds{file=\"" + dir_ / "a.prom" + "\"}"), 1e9);
}

TEST_F(TextfileTest, AFileWithAnErrorIsLeftOutWholeAndTheOthersCount) {
  dir_.write("bad.prom", "fine 1\nnot fine\n");
  dir_.write("good.prom", "good 2\n");
  EXPECT_EQ(read(), "good 2\nnode_textfile_scrape_error 1\n");
  EXPECT_FALSE(run_.values().contains("node_textfile_mtime_seconds{file=\"" + dir_ / "bad.prom" + "\"}"));
  dir_.write("bad.prom", "fine 1\n");
  EXPECT_EQ(read(), "fine 1\ngood 2\nnode_textfile_scrape_error 0\n");
}

TEST_F(TextfileTest, TimestampsAreRefused) {
  dir_.write("a.prom", "x 1\ny 1 1700000000000\n");
  EXPECT_EQ(read(), "node_textfile_scrape_error 1\n");
}

TEST_F(TextfileTest, FilesThatChangeAndGoAreFollowed) {
  dir_.write("a.prom", "x 1\n");
  EXPECT_EQ(read(), "node_textfile_scrape_error 0\nx 1\n");
  dir_.write("a.prom", "x 22\n");
  EXPECT_EQ(read(), "node_textfile_scrape_error 0\nx 22\n");
  std::filesystem::remove(dir_.path() / "a.prom");
  EXPECT_EQ(read(), "node_textfile_scrape_error 0\n");
}

TEST_F(TextfileTest, OneFamilyInTwoFilesIsPutTogether) {
  dir_.write("a.prom", "x{f=\"a\"} 1\n");
  dir_.write("b.prom", "x{f=\"b\"} 2\n");
  EXPECT_EQ(read(), "node_textfile_scrape_error 0\nx{f=\"a\"} 1\nx{f=\"b\"} 2\n");
  EXPECT_EQ(entry("x").desc.help, "Metric read from " + dir_ / "a.prom" + ", " + dir_ / "b.prom");
  EXPECT_EQ(entry("x").desc.type, model::MetricType::kUntyped);
}

TEST_F(TextfileTest, TheFirstHelpAndTypeStandAndAContradictionIsAnError) {
  dir_.write("a.prom", "# HELP x One.\n# TYPE x gauge\nx{f=\"a\"} 1\n");
  dir_.write("b.prom", "# HELP x Two.\n# TYPE x gauge\nx{f=\"b\"} 2\n");
  dir_.write("c.prom", "# TYPE x counter\nx{f=\"c\"} 3\n");
  EXPECT_EQ(read(), "node_textfile_scrape_error 1\nx{f=\"a\"} 1\nx{f=\"b\"} 2\n");
  EXPECT_EQ(entry("x").desc.help, "One.");
}

TEST_F(TextfileTest, HistogramsKeepTheirSamples) {
  dir_.write("a.prom", "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 4.5\nh_count 3\n");
  EXPECT_EQ(read(),
            "h_bucket{le=\"+Inf\"} 3\nh_bucket{le=\"1\"} 2\nh_count 3\nh_sum 4.5\nnode_textfile_scrape_error 0\n");
  EXPECT_EQ(entry("h_sum").desc.type, model::MetricType::kHistogram);
}

TEST_F(TextfileTest, EmptyTruncatedGarbageMissingAndOddFilesAreNoCrash) {
  dir_.write("empty.prom", "");
  EXPECT_EQ(read(), "node_textfile_scrape_error 0\n");
  dir_.write("truncated.prom", "x 1");
  dir_.write("garbage.prom", std::string("\0\xff{{{\n\n\"", 8));
  std::filesystem::create_directory(dir_.path() / "folder.prom");
  std::filesystem::create_symlink("nowhere", dir_.path() / "dangling.prom");
  EXPECT_EQ(read(), "node_textfile_scrape_error 1\n");
  std::filesystem::remove_all(dir_.path());
  EXPECT_EQ(read(), "node_textfile_scrape_error 1\n");
}

}  // namespace
}  // namespace oreum::collect
