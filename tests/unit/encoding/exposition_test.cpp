#include "encoding/exposition.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "encoding/exposition_parser.h"

namespace oreum::encoding {
namespace {

using model::Labels;
using model::MetricType;

std::string page(ExpositionFormat format, const std::vector<ExpositionEntry>& entries,
                 const std::vector<double>& values) {
  std::string out;
  ExpositionPage(format, entries).render(out, values);
  return out;
}

const Labels kEth0 = Labels::of({{"device", "eth0"}});
const Labels kEth1 = Labels::of({{"device", "eth\"1\\\n"}, {"a", "b"}});
const Labels kLow = Labels::of({{"le", "0.1"}});
const Labels kAll = Labels::of({{"le", "+Inf"}});

const std::vector<ExpositionEntry> kEntries{
    {"rx_bytes_total", "Bytes \"in\"\\\nper device.", MetricType::kCounter, &kEth0},
    {"load1", "Load.", MetricType::kGauge, nullptr},
    {"rx_bytes_total", "Another help.", MetricType::kCounter, &kEth1},
    {"ctxt", "A counter of an old name.", MetricType::kCounter, nullptr},
    {"seconds_bucket", "Times.", MetricType::kHistogram, &kLow},
    {"seconds_bucket", "Times.", MetricType::kHistogram, &kAll},
    {"seconds_sum", "Times.", MetricType::kHistogram, nullptr},
    {"seconds_count", "Times.", MetricType::kHistogram, nullptr},
    {"raw", "", MetricType::kUntyped, nullptr},
};
const std::vector<double> kValues{1e9, 0.25, 2, 7, 1, 3, 0.75, 3, NAN};

TEST(Exposition, WritesTheTextFormat) {
  EXPECT_EQ(page(ExpositionFormat::kText, kEntries, kValues),
            "# HELP ctxt A counter of an old name.\n"
            "# TYPE ctxt counter\n"
            "ctxt 7\n"
            "# HELP load1 Load.\n"
            "# TYPE load1 gauge\n"
            "load1 0.25\n"
            "# TYPE raw untyped\n"
            "raw NaN\n"
            "# HELP rx_bytes_total Bytes \"in\"\\\\\\nper device.\n"
            "# TYPE rx_bytes_total counter\n"
            "rx_bytes_total{device=\"eth0\"} 1e+09\n"
            "rx_bytes_total{a=\"b\",device=\"eth\\\"1\\\\\\n\"} 2\n"
            "# HELP seconds Times.\n"
            "# TYPE seconds histogram\n"
            "seconds_bucket{le=\"0.1\"} 1\n"
            "seconds_bucket{le=\"+Inf\"} 3\n"
            "seconds_sum 0.75\n"
            "seconds_count 3\n");
}

TEST(Exposition, WritesOpenMetrics) {
  EXPECT_EQ(page(ExpositionFormat::kOpenMetrics, kEntries, kValues),
            "# HELP ctxt A counter of an old name.\n"
            "# TYPE ctxt unknown\n"
            "ctxt 7\n"
            "# HELP load1 Load.\n"
            "# TYPE load1 gauge\n"
            "load1 0.25\n"
            "# TYPE raw unknown\n"
            "raw NaN\n"
            "# HELP rx_bytes Bytes \\\"in\\\"\\\\\\nper device.\n"
            "# TYPE rx_bytes counter\n"
            "rx_bytes_total{device=\"eth0\"} 1e+09\n"
            "rx_bytes_total{a=\"b\",device=\"eth\\\"1\\\\\\n\"} 2\n"
            "# HELP seconds Times.\n"
            "# TYPE seconds histogram\n"
            "seconds_bucket{le=\"0.1\"} 1\n"
            "seconds_bucket{le=\"+Inf\"} 3\n"
            "seconds_sum 0.75\n"
            "seconds_count 3\n"
            "# EOF\n");
}

TEST(Exposition, ACounterGivesWayToAFamilyOfItsShortName) {
  EXPECT_EQ(page(ExpositionFormat::kOpenMetrics,
                 {{"x", "", MetricType::kGauge, nullptr}, {"x_total", "", MetricType::kCounter, nullptr}}, {1, 2}),
            "# TYPE x gauge\nx 1\n# TYPE x_total unknown\nx_total 2\n# EOF\n");
}

TEST(Exposition, AnEmptyPageIsAPage) {
  EXPECT_EQ(page(ExpositionFormat::kText, {}, {}), "");
  EXPECT_EQ(page(ExpositionFormat::kOpenMetrics, {}, {}), "# EOF\n");
}

RC_GTEST_PROP(Exposition, WhatIsWrittenReadsBack, ()) {
  const auto text = rc::gen::container<std::string>(rc::gen::element('a', '"', '\\', '\n', ' ', '{', '}', ',', '='));
  const auto samples = *rc::gen::container<std::vector<std::tuple<int, std::string, double>>>(
      rc::gen::tuple(rc::gen::inRange(0, 3), text, rc::gen::arbitrary<double>()));
  constexpr std::array<std::string_view, 3> kNames{"a", "b_total", "c:d"};
  const std::string help = *text;
  std::vector<Labels> labels;
  std::vector<double> values;
  for (const auto& [name, value, number] : samples) {
    labels.push_back(Labels::of({{"l", value}}));
    values.push_back(number);
  }
  std::vector<ExpositionEntry> entries;
  for (size_t i = 0; i < samples.size(); ++i) {
    entries.push_back({kNames.at(std::get<0>(samples[i])), help, MetricType::kCounter, &labels[i]});
  }
  const auto families = parse_exposition(page(ExpositionFormat::kText, entries, values));
  RC_ASSERT(families.has_value());
  size_t count = 0;
  for (const ParsedFamily& family : *families) {
    RC_ASSERT(family.type == MetricType::kCounter);
    // Blanks before a help text are not part of it.
    if (!help.starts_with(' ')) RC_ASSERT(family.help.value_or("") == help);
    size_t at = 0;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].name != family.name) continue;
      const ParsedSample& sample = family.samples.at(at++);
      RC_ASSERT(sample.value == values[i]);
      RC_ASSERT((sample.labels.empty() ? "" : sample.labels[0].second) == labels[i].get("l"));
    }
    count += at;
  }
  RC_ASSERT(count == entries.size());
}

}  // namespace
}  // namespace oreum::encoding
