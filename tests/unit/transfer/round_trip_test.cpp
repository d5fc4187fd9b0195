// Export and import undo each other, whatever a store holds.
#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "map_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/odd_values.h"
#include "support/temp_dir.h"
#include "transfer/export.h"
#include "transfer/import.h"

namespace oreum::transfer {
namespace {

using model::Labels;
using model::Series;

constexpr int64_t kStart = 1'700'000'000'000;

class Stores {
 public:
  std::unique_ptr<storage::Store> open(const std::string& name) {
    return *storage::SqliteStore::open(
        {.folder = dir_ / name, .clock = clock_, .retention = {milliseconds(0), 0}, .background = false});
  }
  std::string file(std::string_view name, std::string_view text) const {
    dir_.write(name, text);
    return dir_ / name;
  }

 private:
  oreum::test::TempDir dir_;
  ManualClock clock_{TimestampMs{kStart}};
};

std::string text_of(const storage::Queryable& store, const ExportOptions& options) {
  std::string text;
  const auto counts = export_samples(store, options, [&](const std::string& piece, const ExportCounts&) -> Status {
    text += piece;
    return {};
  });
  EXPECT_TRUE(counts.has_value()) << counts.error().to_string();
  EXPECT_EQ(counts ? counts->bytes : 0, text.size());
  return text;
}

std::string whole_text_of(const storage::Store& store, ExportOptions options) {
  keep_within(options, store.stats());
  return text_of(store, options);
}

ImportReport import_of(const Stores& files, Target& target, const std::string& text, size_t batch = 1000) {
  auto source = Source::open(files.file("text", text));
  EXPECT_TRUE(source.has_value());
  ImportReport report;
  const Status status = import_text(*source, TextFormat::kOpenMetrics, target, {.batch_samples = batch}, report);
  EXPECT_TRUE(status.has_value()) << status.error().to_string() << "\n" << text.substr(0, 1000);
  return report;
}

/// Names and values that break parsers.
const std::vector<std::string>& hostile() {
  static const std::vector<std::string> texts{"plain",
                                              "\"",
                                              "\\",
                                              "\n",
                                              "\\n",
                                              "}",
                                              "{a=\"b\"}",
                                              "오름",
                                              "😀",
                                              "a b",
                                              "\t",
                                              "\r",
                                              ",",
                                              "=",
                                              "#",
                                              "# EOF",
                                              std::string("\0x", 2),
                                              "\xEF\xBB\xBF",
                                              std::string(9000, 'x') + "\"",
                                              "le",
                                              "0.5",
                                              "up",
                                              "with.dots",
                                              "9lives",
                                              "_total",
                                              "a:b"};
  return texts;
}

rc::Gen<std::string> text_gen() { return rc::gen::elementOf(hostile()); }

rc::Gen<Series> series_gen() {
  return rc::gen::map(rc::gen::pair(text_gen(), rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
                                                    rc::gen::pair(text_gen(), text_gen()))),
                      [](const auto& parts) {
                        std::vector<model::Label> labels;
                        for (const auto& [name, value] : parts.second) labels.push_back({name, value});
                        labels.push_back({model::kMetricName, parts.first});
                        return Series(Labels::of(labels));
                      });
}

RC_GTEST_PROP(RoundTrip, ExportThenImportIsTheSameStore, ()) {
  const Stores files;
  test::MapStore from;
  test::MapStore into;
  const auto all = *rc::gen::container<std::vector<Series>>(4, series_gen());
  model::Batch batch;
  for (const Series& series : all) {
    const auto samples = *rc::gen::container<std::vector<std::pair<int32_t, uint8_t>>>(
        rc::gen::pair(rc::gen::arbitrary<int32_t>(), rc::gen::arbitrary<uint8_t>()));
    for (const auto& [t, pick] : samples) batch.add(series, {kStart * (pick % 2) + t}, oreum::test::odd_value(pick));
  }
  const uint64_t added = from.write(batch)->added;
  // Short windows take the same samples in more pieces.
  const bool windows = *rc::gen::arbitrary<bool>();
  const milliseconds window((windows ? 400LL : 100'000LL) * 86'400'000);
  const std::string text = text_of(from, {.from = {-3 * kStart}, .to = {3 * kStart}, .window = window});
  const ImportReport first = import_of(files, into, text, *rc::gen::inRange(1, 50));
  RC_ASSERT(into.content == from.content);
  RC_ASSERT(first.added == added);
  const ImportReport second = import_of(files, into, text);
  RC_ASSERT(second.added == 0U);
  RC_ASSERT(second.duplicates == added);
}

TEST(ExportWindows, WhatLiesDecadesApartIsNotAskedAboutWeekByWeekForEachSeries) {
  constexpr uint64_t kSeries = 200;
  test::MapStore store;
  model::Batch batch;
  for (uint64_t i = 0; i < kSeries; ++i) {
    const Series& series = batch.own(Series(Labels::of({{model::kMetricName, "old"}, {"n", std::to_string(i)}})));
    batch.add(series, {-1'000'000'123}, static_cast<double>(i));
    batch.add(series, {1'600'000'000'000}, static_cast<double>(i) + 0.5);
  }
  ASSERT_EQ(store.write(batch)->added, 2 * kSeries);
  const ExportOptions options{.from = {-1'000'000'123}, .to = {1'600'000'000'000}};
  test::MapStore again;
  const Stores files;
  EXPECT_EQ(import_of(files, again, text_of(store, options)).added, 2 * kSeries);
  EXPECT_TRUE(again.content == store.content);
  EXPECT_LT(store.queriers, 3 * kSeries) << "two windows for each series, and some to find them";
}

class ExportTest : public testing::Test {
 protected:
  void add(const Series& series, std::vector<std::pair<int64_t, double>> samples) {
    model::Batch batch;
    for (const auto& [t, v] : samples) batch.add(series, {t}, v);
    ASSERT_TRUE(store_->append(batch).has_value());
  }
  Stores stores_;
  std::unique_ptr<storage::Store> store_ = stores_.open("store");
};

TEST_F(ExportTest, AnEmptyStoreIsOnlyTheEnd) {
  EXPECT_EQ(whole_text_of(*store_, {}), "# EOF\n");
  EXPECT_EQ(whole_text_of(*store_, {.format = ExportFormat::kCsv}), "time,metric,labels,value\n");
}

TEST_F(ExportTest, FamiliesStandTogetherWithWhatIsKnownOfThem) {
  const auto labelled = [](std::string_view name, std::string_view le) {
    return Series(Labels::of({{model::kMetricName, name}, {"le", le}}));
  };
  add(labelled("h_bucket", "1"), {{1000, 1}});
  add(labelled("h_bug", ""), {{1000, 7}});
  add(labelled("h_count", ""), {{1000, 2}});
  add(labelled("h_sum", ""), {{1500, 3}});
  add(labelled("c_total", ""), {{1000, 4}});
  add(labelled("d", ""), {{1000, 5}});
  add(labelled("d_total", ""), {{1000, 6}});
  ExportOptions options;
  for (const char* name : {"h_bucket", "h_count", "h_sum"})
    options.infos[name] = {"H\nelp.", model::MetricType::kHistogram};
  options.infos["c_total"] = {"", model::MetricType::kCounter};
  options.infos["d_total"] = {"", model::MetricType::kCounter};
  EXPECT_EQ(whole_text_of(*store_, options),
            "# TYPE c counter\nc_total 4 1\n"
            "d 5 1\n"
            "# TYPE d_total unknown\nd_total 6 1\n"
            "# TYPE h histogram\n# HELP h H\\nelp.\nh_bucket{le=\"1\"} 1 1\nh_count 2 1\nh_sum 3 1.500\n"
            "h_bug 7 1\n# EOF\n");
}

TEST_F(ExportTest, CsvIsQuotedAndHasNoMarkers) {
  add(Series(Labels::of({{model::kMetricName, "m"}, {"a", "x,\"\n"}, {"b", "c"}})),
      {{1'700'000'000'123, 0.1}, {1'700'000'001'000, model::stale_marker()}});
  add(Series(Labels::of({{model::kMetricName, "n"}})), {{1'700'000'000'000, -0.0}});
  EXPECT_EQ(whole_text_of(*store_, {.format = ExportFormat::kCsv}),
            "time,metric,labels,value\n"
            "2023-11-14T22:13:20.123Z,m,\"a=\"\"x,\\\"\"\\n\"\",b=\"\"c\"\"\",0.1\n"
            "2023-11-14T22:13:20.000Z,n,,-0\n");
  EXPECT_EQ(whole_text_of(*store_, {.format = ExportFormat::kCsv,
                                    .selectors = {{{model::Matcher::Op::kEqual, "__name__", "n"}}},
                                    .csv_in_ms = true}),
            "time,metric,labels,value\n1700000000000,n,,-0\n");
}

TEST_F(ExportTest, SelectorsAndRangesChooseAndNothingComesTwice) {
  for (const char* name : {"a", "b", "c"}) {
    add(Series(Labels::of({{model::kMetricName, name}, {"x", "1"}})), {{1000, 1}, {2000, 2}, {3000, 3}});
  }
  const auto is = [](const char* name, const char* value) {
    return model::Matcher{model::Matcher::Op::kRegex, name, value};
  };
  EXPECT_EQ(whole_text_of(
                *store_, {.selectors = {{is("__name__", "a|b")}, {is("__name__", "b|c"), is("x", "1")}, {is("x", "2")}},
                          .from = TimestampMs{2000},
                          .to = TimestampMs{2999}}),
            "a{x=\"1\"} 2 2\nb{x=\"1\"} 2 2\nc{x=\"1\"} 2 2\n# EOF\n");
  EXPECT_EQ(whole_text_of(*store_, {.from = TimestampMs{9000}}), "# EOF\n");
}

TEST_F(ExportTest, MarkersAreLeftOutWhenAsked) {
  add(Series(Labels::of({{model::kMetricName, "a"}})), {{1000, 1}, {2000, model::stale_marker()}});
  EXPECT_EQ(whole_text_of(*store_, {}), "a 1 1\na NaN 2.0000009218868437227405314\n# EOF\n");
  EXPECT_EQ(whole_text_of(*store_, {.stale = false}), "a 1 1\n# EOF\n");
}

class ImportTest : public testing::Test {
 protected:
  Status run(const std::string& text, TextFormat format, bool rejecting = false) {
    auto source = Source::open(stores_.file("in", text));
    if (!source) return source.error();
    const auto target = make_store_target(*store_);
    ImportOptions options;
    options.batch_samples = 2;
    if (rejecting) {
      options.reject = [this](std::string_view row, std::string_view why) -> Status {
        rejected_ += fmt::format("{}: {}\n", why, row);
        return {};
      };
    }
    report_ = {};
    return import_text(*source, format, *target, options, report_);
  }
  Stores stores_;
  std::unique_ptr<storage::Store> store_ = stores_.open("store");
  ImportReport report_;
  std::string rejected_;
};

TEST_F(ImportTest, ABadLineEndsItWithItsPlaceAndWhatStandsBeforeItIsStored) {
  const Status status = run("a 1 1\na 2 2\na 3 3\na x 4\na 5 5\n# EOF\n", TextFormat::kOpenMetrics);
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().to_string().find("in: line 4, column 3: expected a number"), std::string::npos)
      << status.error().to_string();
  EXPECT_EQ(report_.added, 3U);
}

TEST_F(ImportTest, BadLinesGoToTheRejects) {
  ASSERT_TRUE(run("a 1 1\na x 4\na 5 5\nb\n# EOF\n", TextFormat::kOpenMetrics, true).has_value());
  EXPECT_EQ(report_.added, 2U);
  EXPECT_EQ(report_.rejected, 2U);
  EXPECT_EQ(rejected_, "line 2, column 3: expected a number: a x 4\nline 4, column 2: expected a number: b\n");
}

TEST_F(ImportTest, ATextThatIsCutShortIsSaid) {
  Status status = run("a 1 1\n", TextFormat::kOpenMetrics);
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().to_string().find("# EOF"), std::string::npos);
  EXPECT_EQ(report_.added, 1U);
  status = run("a 1 1000\na 2 17000", TextFormat::kPrometheus);
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().to_string().find("line 2, expected a line feed"), std::string::npos);
  EXPECT_EQ(report_.duplicates, 1U);
  EXPECT_FALSE(run("# EOF\na 1 1\n", TextFormat::kOpenMetrics).has_value());
  EXPECT_TRUE(run("", TextFormat::kPrometheus).has_value());
  EXPECT_TRUE(run("# EOF", TextFormat::kOpenMetrics).has_value());
}

TEST_F(ImportTest, ConflictsAreCountedAndTheFirstIsNamed) {
  ASSERT_TRUE(run("a 1 1\na 1 1\na 2 1\n# EOF\n", TextFormat::kOpenMetrics).has_value());
  EXPECT_EQ(report_.samples, 3U);
  EXPECT_EQ(report_.added, 1U);
  EXPECT_EQ(report_.duplicates, 1U);
  EXPECT_EQ(report_.conflicts, 1U);
  EXPECT_NE(report_.first_refusal.find("a at 1970-01-01T00:00:01.000Z is 1, not 2"), std::string::npos)
      << report_.first_refusal;
}

}  // namespace
}  // namespace oreum::transfer
