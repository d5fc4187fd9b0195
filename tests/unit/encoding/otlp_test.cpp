// OTLP's metrics from protobuf and JSON, and as series.
#include <map>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <protozero/pbf_writer.hpp>

#include "base/number.h"
#include "encoding/otlp.h"
#include "encoding/otlp_translate.h"

namespace oreum::encoding {
namespace {

using protozero::pbf_writer;
using testing::ElementsAre;
using testing::HasSubstr;

/// "name{labels} value time", sorted by name and labels.
std::vector<std::string> lines_of(const OtlpSamples& samples) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < samples.batch.size(); ++i) {
    std::string line = model::Labels::decode(samples.batch.labels()[i])->to_string() + " ";
    if (model::is_stale(samples.batch.values()[i])) {
      line += "stale";
    } else {
      append_double(line, samples.batch.values()[i]);
    }
    lines.push_back(line + fmt::format(" {}", samples.batch.times()[i].ms));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string name_of(std::string name, std::string unit, OtlpMetric::Kind kind, bool monotonic = false) {
  OtlpMetric metric;
  metric.name = std::move(name);
  metric.unit = std::move(unit);
  metric.kind = kind;
  metric.monotonic = monotonic;
  return otlp_metric_name(metric);
}

// What a Prometheus 3.16 made of the same names and units.
TEST(OtlpNames, AreThoseOfPrometheus) {
  const auto gauge = [](const char* name, const char* unit) { return name_of(name, unit, OtlpMetric::Kind::kGauge); };
  const auto counter = [](const char* name, const char* unit) {
    return name_of(name, unit, OtlpMetric::Kind::kSum, true);
  };
  EXPECT_EQ(gauge("o.cpu.usage", "1"), "o_cpu_usage_ratio");
  EXPECT_EQ(gauge("o_ratio", "1"), "o_ratio");
  EXPECT_EQ(gauge("o.mem.bytes", "By"), "o_mem_bytes");
  EXPECT_EQ(gauge("o.speed", "m/s"), "o_speed_meters_per_second");
  EXPECT_EQ(gauge("o.req", "{requests}"), "o_req");
  EXPECT_EQ(gauge("o.req2", "{requests}/s"), "o_req2_per_second");
  EXPECT_EQ(gauge("o.w2", "foo/bar"), "o_w2_foo_per_bar");
  EXPECT_EQ(gauge("o.pct", "%"), "o_pct_percent");
  EXPECT_EQ(gauge("1o.digit", ""), "_1o_digit");
  EXPECT_EQ(gauge("_o.under", ""), "o_under");
  EXPECT_EQ(gauge("o__double..dot", ""), "o_double_dot");
  EXPECT_EQ(gauge("o.\xC3\xA9.utf", ""), "o_utf");
  EXPECT_EQ(gauge("o:colon", ""), "o:colon");
  EXPECT_EQ(gauge("o.tt_total", "1"), "o_tt_total_ratio");
  EXPECT_EQ(counter("o.total.count", ""), "o_count_total");
  EXPECT_EQ(counter("o.dur", "s"), "o_dur_seconds_total");
  EXPECT_EQ(counter("o.c1", "1"), "o_c1_total");
  EXPECT_EQ(counter("o.bytes.per", "By/s"), "o_bytes_per_per_second_total");
  EXPECT_EQ(name_of("o.updown", "1", OtlpMetric::Kind::kSum), "o_updown");
  EXPECT_EQ(otlp_label_name("a..c"), "a__c");
  EXPECT_EQ(otlp_label_name("1x"), "key_1x");
  EXPECT_EQ(otlp_label_name("_y"), "key_y");
  EXPECT_EQ(otlp_label_name("__z"), "__z");
  EXPECT_EQ(otlp_label_name("\xC3\xA9"), "key_");
}

constexpr std::string_view kRequest = R"({"resourceMetrics":[{"resource":{"attributes":[
  {"key":"service.name","value":{"stringValue":"svc"}},
  {"key":"service.namespace","value":{"stringValue":"ns"}},
  {"key":"service.instance.id","value":{"stringValue":"i1"}},
  {"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"x"},{}]}}},
  {"key":"map","value":{"kvlistValue":{"values":[{"key":"b","value":{"boolValue":true}},
                                                 {"key":"a","value":{"doubleValue":2.5}}]}}}]},
 "scopeMetrics":[{"metrics":[
  {"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"1700000000123456789","asInt":"-7",
     "attributes":[{"key":"a.b","value":{"stringValue":"1"}},{"key":"a_b","value":{"stringValue":"2"}}]},
     {"timeUnixNano":1700000001000000000,"asDouble":0.5,"flags":1}]}},
  {"name":"c","description":"Count.","sum":{"aggregationTemporality":2,"isMonotonic":true,
     "dataPoints":[{"timeUnixNano":"1700000000000000000","asDouble":3}]}},
  {"name":"d","sum":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"1","asDouble":3}]}},
  {"name":"h","unit":"s","histogram":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE",
     "dataPoints":[{"timeUnixNano":"1700000000000000000","count":"6","sum":3.5,
                    "bucketCounts":["1","2","3"],"explicitBounds":[0.005,10]}]}},
  {"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{},{}]}},
  {"name":"s","summary":{"dataPoints":[{"timeUnixNano":"1700000000000000000","count":"2","sum":3,
     "quantileValues":[{"quantile":0.5,"value":1},{"value":9}]}]}}]}]}]})";

TEST(Otlp, JsonBecomesSeries) {
  const auto resources = decode_otlp_json(kRequest);
  ASSERT_TRUE(resources) << resources.error().to_string();
  const OtlpSamples samples = translate_otlp(*resources);
  const std::string of = "instance=\"i1\",job=\"ns/svc\"";
  EXPECT_THAT(
      lines_of(samples),
      ElementsAre("c_total{" + of + "} 3 1700000000000", "g{a_b=\"1;2\"," + of + "} -7 1700000000123",
                  "g{" + of + "} stale 1700000001000", "h_seconds_bucket{" + of + ",le=\"+Inf\"} 6 1700000000000",
                  "h_seconds_bucket{" + of + ",le=\"0.005\"} 1 1700000000000",
                  "h_seconds_bucket{" + of + ",le=\"10\"} 3 1700000000000",
                  "h_seconds_count{" + of + "} 6 1700000000000", "h_seconds_sum{" + of + "} 3.5 1700000000000",
                  "s_count{" + of + "} 2 1700000000000", "s_sum{" + of + "} 3 1700000000000",
                  "s{" + of + ",quantile=\"0\"} 9 1700000000000", "s{" + of + ",quantile=\"0.5\"} 1 1700000000000",
                  "target_info{" + of +
                      ",list=\"[1,\\\"x\\\",null]\",map=\"{\\\"a\\\":2.5,\\\"b\\\":true}\"} 1 "
                      "1700000001000"));
  EXPECT_EQ(samples.points, 8U);
  EXPECT_EQ(samples.rejected, 3U);
  EXPECT_THAT(samples.first_rejected, HasSubstr("d: only cumulative sums and histograms are kept"));
  EXPECT_EQ(samples.described[1], (MetricMetadata{"c_total", MetadataType::kCounter, "Count.", ""}));
}

TEST(Otlp, BucketsMustFitTheirBounds) {
  std::vector<OtlpResource> resources(1);
  OtlpMetric& metric = resources[0].metrics.emplace_back();
  metric.name = "h";
  metric.kind = OtlpMetric::Kind::kHistogram;
  metric.temporality = OtlpMetric::Temporality::kCumulative;
  metric.points.emplace_back().buckets = {1, 2};
  const OtlpSamples samples = translate_otlp(resources);
  EXPECT_EQ(samples.rejected, 1U);
  EXPECT_TRUE(samples.batch.empty());
}

void add_attribute(pbf_writer& out, uint32_t field, const char* key, const char* value) {
  pbf_writer attribute(out, field);
  attribute.add_string(1, key);
  pbf_writer any(attribute, 2);
  any.add_string(1, value);
}

std::string protobuf() {
  std::string message;
  pbf_writer request(message);
  pbf_writer resource_metrics(request, 1);
  {
    pbf_writer resource(resource_metrics, 1);
    add_attribute(resource, 1, "service.name", "svc");
  }
  pbf_writer scope(resource_metrics, 2);
  {
    pbf_writer metric(scope, 2);
    metric.add_string(1, "c");
    pbf_writer sum(metric, 7);
    {
      pbf_writer point(sum, 1);
      add_attribute(point, 7, "k", "v");
      point.add_fixed64(3, 1'700'000'000'000'000'000);
      point.add_sfixed64(6, -3);
    }
    sum.add_enum(2, 2);
    sum.add_bool(3, true);
  }
  {
    pbf_writer metric(scope, 2);
    metric.add_string(1, "h");
    pbf_writer histogram(metric, 9);
    {
      pbf_writer point(histogram, 1);
      point.add_fixed64(3, 1'700'000'000'000'000'000);
      point.add_fixed64(4, 3);
      const std::vector<uint64_t> counts{1, 2};
      const std::vector<double> bounds{0.5};
      point.add_packed_fixed64(6, counts.begin(), counts.end());
      point.add_packed_double(7, bounds.begin(), bounds.end());
    }
    histogram.add_enum(2, 2);
  }
  scope.commit();
  resource_metrics.commit();
  return message;
}

TEST(Otlp, ProtobufBecomesTheSame) {
  const auto resources = decode_otlp_protobuf(protobuf());
  ASSERT_TRUE(resources) << resources.error().to_string();
  EXPECT_THAT(
      lines_of(translate_otlp(*resources)),
      ElementsAre("c_total{job=\"svc\",k=\"v\"} -3 1700000000000", "h_bucket{job=\"svc\",le=\"+Inf\"} 3 1700000000000",
                  "h_bucket{job=\"svc\",le=\"0.5\"} 1 1700000000000", "h_count{job=\"svc\"} 3 1700000000000"));
  EXPECT_EQ(decode_otlp_protobuf(protobuf(), {.points = 1}).error().code(), Code::kResourceExhausted);
}

TEST(Otlp, EveryCutIsAnErrorOrLess) {
  const std::string message = protobuf();
  for (size_t size = 0; size < message.size(); ++size) {
    const auto read = decode_otlp_protobuf(message.substr(0, size));
    if (!read) {
      EXPECT_EQ(read.error().code(), Code::kInvalidArgument);
    }
  }
  for (size_t size = 0; size < kRequest.size(); ++size) {
    const auto read = decode_otlp_json(kRequest.substr(0, size));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), Code::kInvalidArgument);
  }
}

TEST(Otlp, JsonOfTheWrongKindIsRefusedByName) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "incomplete"},
           {"[]", "expected an object"},
           {R"({"resourceMetrics":1})", "resourceMetrics: expected a list"},
           {R"({"resourceMetrics":[1]})", "resourceMetrics: expected an object"},
           {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":1}]}]}]})", "name: expected a string"},
           {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[{"asDouble":"x"}]}}]}]}]})",
            "asDouble: expected a number"},
           {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":[{"timeUnixNano":-1}]}}]}]}]})",
            "timeUnixNano: expected a whole number"}}) {
    const auto read = decode_otlp_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().to_string(), HasSubstr(why)) << text;
  }
  EXPECT_TRUE(decode_otlp_json("{}"));
  EXPECT_TRUE(decode_otlp_json(R"({"resourceMetrics":null})"));
}

TEST(Otlp, DeepValuesAreRefused) {
  std::string value = R"({"intValue":1})";
  for (int i = 0; i < 8; ++i) value = R"({"arrayValue":{"values":[)" + value + "]}}";
  const std::string text = R"({"resourceMetrics":[{"resource":{"attributes":[{"key":"a","value":)" + value + "}]}}]}";
  EXPECT_FALSE(decode_otlp_json(text, {.depth = 4}));
  std::string nested;  // AnyValue
  pbf_writer(nested).add_int64(3, 1);
  for (int i = 0; i < 100; ++i) {
    std::string array;
    pbf_writer(array).add_message(1, nested);
    nested.clear();
    pbf_writer(nested).add_message(5, array);
  }
  std::string message;
  {
    pbf_writer request(message);
    pbf_writer resource_metrics(request, 1);
    pbf_writer resource(resource_metrics, 1);
    pbf_writer attribute(resource, 1);
    attribute.add_message(2, nested);
  }
  EXPECT_EQ(decode_otlp_protobuf(message).error().code(), Code::kResourceExhausted);
}

RC_GTEST_PROP(Otlp, GarbageNeverCrashes, (std::string bytes)) {
  RC_ASSERT(decode_otlp_protobuf(bytes).has_value() || !decode_otlp_protobuf(bytes).has_value());
  const auto read = decode_otlp_json(bytes);
  RC_ASSERT(read.has_value() || read.error().code() == Code::kInvalidArgument);
}

}  // namespace
}  // namespace oreum::encoding
