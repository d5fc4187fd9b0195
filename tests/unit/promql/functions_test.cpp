// Functions through the engine, over samples in memory. Expected values are Prometheus 3.16's.
#include <cmath>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/number.h"
#include "promql/eval/engine.h"
#include "support/memory_store.h"

namespace oreum::promql {
namespace {

std::string text(double v) {
  std::string out;
  append_api_double(out, v);
  return out;
}

/// What a query answers: "{a="b"} 1 2, …" with "_" for points that are not there; or "error: …".
class Functions : public ::testing::Test {
 protected:
  std::string at(std::string_view query, int64_t ms) {
    const auto result = run(query, [&](const Query& q) { return engine_.instant(q, {ms}, options_); });
    if (!result) return "error: " + result.error().message();
    if (const auto* scalar = std::get_if<OutputPoint>(&result->value)) return text(scalar->v);
    std::string out;
    for (const OutputSample& s : std::get<OutputVector>(result->value)) {
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", s.labels.to_string(), text(s.point.v));
    }
    return out;
  }

  std::string over(std::string_view query, int64_t start, int64_t end, int64_t step) {
    const auto result =
        run(query, [&](const Query& q) { return engine_.range(q, {start}, {end}, milliseconds(step), options_); });
    if (!result) return "error: " + result.error().message();
    std::string out;
    for (const OutputSeries& s : std::get<OutputMatrix>(result->value)) {
      out += (out.empty() ? "" : ", ") + s.labels.to_string();
      for (const double v : s.values) out += is_absent(v) ? " _" : " " + text(v);
    }
    return out;
  }

  storage::test::MemoryStore store_;
  std::vector<std::string> warnings_;
  std::vector<std::string> infos_;

 private:
  template <typename F>
  Result<QueryResult> run(std::string_view query, F&& evaluate) {
    warnings_.clear();
    infos_.clear();
    TRY_ASSIGN(const auto prepared, engine_.prepare(query));
    auto result = evaluate(*prepared);
    if (!result) return result;
    const auto notes = [&](const std::vector<Annotations::Note>& from, std::vector<std::string>& to) {
      for (const auto& note : from)
        to.push_back(fmt::format("{} ({})", note.text, place_text(query, note.where.begin)));
    };
    notes(result->notes.warnings(), warnings_);
    notes(result->notes.infos(), infos_);
    return result;
  }

  Engine engine_{store_, EngineOptions{}};
  QueryOptions options_{.deadline = Deadline::never()};
};

TEST_F(Functions, OfValues) {
  store_.add({{"__name__", "x"}, {"i", "a"}}, 0, -2.5);
  store_.add({{"__name__", "x"}, {"i", "b"}}, 0, 7);
  EXPECT_EQ(at("abs(x)", 0), "{i=\"a\"} 2.5, {i=\"b\"} 7");
  EXPECT_EQ(at("round(x)", 0), "{i=\"a\"} -2, {i=\"b\"} 7");
  EXPECT_EQ(at("round(x, 5)", 0), "{i=\"a\"} 0, {i=\"b\"} 5");
  EXPECT_EQ(at("sgn(x)", 0), "{i=\"a\"} -1, {i=\"b\"} 1");
  EXPECT_EQ(at("clamp(x, 0, 3)", 0), "{i=\"a\"} 0, {i=\"b\"} 3");
  EXPECT_EQ(at("clamp(x, 3, 0)", 0), "");
  EXPECT_EQ(at("clamp_max(x, NaN)", 0), "{i=\"a\"} NaN, {i=\"b\"} NaN");
  EXPECT_EQ(at("clamp_min(x, scalar(x{i=\"b\"}))", 0), "{i=\"a\"} 7, {i=\"b\"} 7");
  EXPECT_EQ(at("ln(x)", 0), "{i=\"a\"} NaN, {i=\"b\"} 1.9459101490553132");
  EXPECT_EQ(at("log2(vector(8))", 0), "{} 3");
  EXPECT_EQ(at("log10(vector(1000))", 0), "{} 3");
  EXPECT_EQ(at("cosh(vector(710))", 0), "{} +Inf");
  EXPECT_EQ(at("deg(vector(pi()))", 0), "{} 180");
  EXPECT_EQ(at("histogram_count(x)", 0), "");
  EXPECT_EQ(at("start_timestamp(x)", 0), "");
}

TEST_F(Functions, NamesGoAtTheEnd) {
  store_.add({{"__name__", "x"}}, 0, 1);
  EXPECT_EQ(at("sum by (__name__) (abs(x))", 0), "{} 1");
  EXPECT_EQ(at("label_replace(abs(x), \"__name__\", \"y_$1\", \"__name__\", \"(.*)\")", 0), "y_x 1");
  EXPECT_EQ(at("last_over_time(x[1m])", 0), "x 1");
  EXPECT_EQ(at("first_over_time(x[1m])", 0), "x 1");
  EXPECT_EQ(at("max_over_time(x[1m])", 0), "{} 1");
  EXPECT_EQ(at("sort(x)", 0), "x 1");
}

TEST_F(Functions, OfDates) {
  const auto date = [&](std::string_view function, std::string_view v) {
    return at(fmt::format("{}(vector({}))", function, v), 0);
  };
  EXPECT_EQ(at("year()", 951'782'400'000), "{} 2000");
  EXPECT_EQ(date("day_of_month", "951782400"), "{} 29");
  EXPECT_EQ(date("day_of_year", "951782400"), "{} 60");
  EXPECT_EQ(date("days_in_month", "951782400"), "{} 29");
  EXPECT_EQ(date("days_in_month", "4107456000"), "{} 28") << "2100 is no leap year";
  EXPECT_EQ(date("month", "-1"), "{} 12");
  EXPECT_EQ(date("hour", "-1"), "{} 23");
  EXPECT_EQ(date("minute", "-1"), "{} 59");
  EXPECT_EQ(date("day_of_week", "0"), "{} 4");
  EXPECT_EQ(date("day_of_week", "-345600"), "{} 0");
  EXPECT_EQ(date("year", "-62135596800"), "{} 1");
  EXPECT_EQ(date("year", "NaN"), "{} 292277026596");
  EXPECT_EQ(date("year", "1e15"), "{} 31690708");
  EXPECT_EQ(date("year", "-1e18"), "{} -31688736537");
}

TEST_F(Functions, OfTimes) {
  store_.add({{"__name__", "x"}}, 7'000, 1);
  EXPECT_EQ(at("time()", 90'500), "90.5");
  EXPECT_EQ(at("timestamp(x)", 90'000), "{} 7");
  EXPECT_EQ(at("timestamp(((x)))", 90'000), "{} 7");
  EXPECT_EQ(at("timestamp(x + 0)", 90'000), "{} 90");
  EXPECT_EQ(at("timestamp(timestamp(x))", 90'000), "{} 90");
  EXPECT_EQ(at("step() + range()", 90'000), "0");
  EXPECT_EQ(over("vector(end() - start() + step())", 10'000, 40'000, 20'000), "{} 50 50");
  EXPECT_EQ(over("vector(range())", 10'000, 40'000, 20'000), "{} 30 30");
  EXPECT_EQ(at("max_of(NaN, Inf)", 0), "+Inf");
  EXPECT_EQ(at("min_of(1, NaN)", 0), "NaN");
}

TEST_F(Functions, ScalarWantsExactlyOneSeries) {
  store_.add({{"__name__", "x"}, {"i", "a"}}, 0, 3);
  EXPECT_EQ(at("scalar(x)", 0), "3");
  EXPECT_EQ(at("scalar(y)", 0), "NaN");
  store_.add({{"__name__", "x"}, {"i", "b"}}, 0, 3);
  EXPECT_EQ(at("scalar(x)", 0), "NaN");
}

TEST_F(Functions, Absent) {
  store_.add({{"__name__", "x"}}, 0, 3);
  EXPECT_EQ(at("absent(x)", 0), "");
  EXPECT_EQ(at("absent(y{a=\"b\",c=~\"d\",e=\"f\",e=\"g\"})", 0), "{a=\"b\"} 1");
  EXPECT_EQ(at("absent(sum(y{a=\"b\"}))", 0), "{} 1");
  EXPECT_EQ(at("absent_over_time((y{a=\"b\"}[5m]))", 0), "{a=\"b\"} 1");
  EXPECT_EQ(over("absent(x)", 0, 600'000, 300'000), "{} _ 1 1");
  EXPECT_EQ(at("absent_over_time(x[5m] anchored)", 0),
            "error: anchored modifier can only be used with: changes, delta, increase, rate, resets - not with "
            "absent_over_time");
}

TEST_F(Functions, LabelReplace) {
  store_.add({{"__name__", "x"}, {"src", "a-b\nc"}}, 0, 1);
  const auto replaced = [&](std::string_view replacement, std::string_view regex) {
    return at(fmt::format(R"(label_replace(x, "d", "{}", "src", "{}"))", replacement, regex), 0);
  };
  EXPECT_EQ(replaced("$2.$1", "(.*)-(.*)\\nc"), R"(x{d="b.a",src="a-b\nc"} 1)");
  EXPECT_EQ(replaced("${1}x$1x$$", "(a).*"), R"(x{d="ax$",src="a-b\nc"} 1)") << "$1x is another group";
  EXPECT_EQ(replaced("$n", "(?P<n>a).*"), R"(x{d="a",src="a-b\nc"} 1)");
  EXPECT_EQ(replaced("$n", "[(?<]?(?<n>a).*"), R"(x{d="a",src="a-b\nc"} 1)");
  EXPECT_EQ(replaced("y", "a"), R"(x{src="a-b\nc"} 1)") << "the whole value is matched";
  EXPECT_EQ(replaced("$", ".*"), R"(x{d="$",src="a-b\nc"} 1)");
  EXPECT_EQ(replaced("y", "("), "error: invalid regular expression in label_replace(): (");
  EXPECT_EQ(at(R"(label_replace(x, "src", "", "src", ".*"))", 0), "x 1");
  EXPECT_EQ(at(R"(label_replace(x, "", "y", "src", ".*"))", 0),
            "error: invalid destination label name in label_replace(): ");
}

TEST_F(Functions, LabelReplaceMustKeepSeriesApart) {
  store_.add({{"__name__", "x"}, {"i", "a"}}, 0, 1);
  store_.add({{"__name__", "x"}, {"i", "b"}}, 0, 1);
  EXPECT_EQ(at(R"(label_replace(x, "i", "c", "i", ".*"))", 0),
            "error: vector cannot contain metrics with the same labelset");
}

TEST_F(Functions, LabelJoin) {
  store_.add({{"__name__", "x"}, {"a", "1"}, {"b", "2"}}, 0, 1);
  EXPECT_EQ(at(R"(label_join(x, "c", "-", "a", "none", "b"))", 0), R"(x{a="1",b="2",c="1--2"} 1)");
  EXPECT_EQ(at(R"(label_join(x, "a", ""))", 0), R"(x{b="2"} 1)");
  EXPECT_EQ(at(R"(label_join(x, "d", "", ""))", 0), "error: invalid source label name in label_join(): ");
}

TEST_F(Functions, Sorting) {
  for (const auto& [name, v] : std::vector<std::pair<std::string_view, double>>{{"n10", 1}, {"n9", NAN}, {"n2", 3}}) {
    store_.add({{"__name__", "x"}, {"i", name}}, 0, v);
  }
  EXPECT_EQ(at("sort(x)", 0), R"(x{i="n10"} 1, x{i="n2"} 3, x{i="n9"} NaN)");
  EXPECT_EQ(at("sort_desc(x)", 0), R"(x{i="n2"} 3, x{i="n10"} 1, x{i="n9"} NaN)");
  EXPECT_EQ(at(R"(sort_by_label(x, "i"))", 0), R"(x{i="n2"} 3, x{i="n9"} NaN, x{i="n10"} 1)");
  EXPECT_EQ(at(R"(sort_by_label_desc(x, "none", "i"))", 0), R"(x{i="n10"} 1, x{i="n9"} NaN, x{i="n2"} 3)");
  EXPECT_TRUE(warnings_.empty());
  over("1 + sort(x)", 0, 10, 10);
  EXPECT_EQ(warnings_, std::vector<std::string>{
                           "sort is ineffective for range queries since results are always ordered by labels (1:5)"});
}

class Histograms : public Functions {
 protected:
  void add_buckets(std::string_view name, std::initializer_list<std::pair<std::string_view, double>> buckets) {
    for (const auto& [le, count] : buckets) store_.add({{"__name__", name}, {"le", le}}, 0, count);
  }
};

TEST_F(Histograms, Quantiles) {
  add_buckets("h", {{"0.1", 2}, {"0.5", 6}, {"1", 8}, {"+Inf", 10}});
  EXPECT_EQ(at("histogram_quantile(0.4, h)", 0), "{} 0.30000000000000004");
  EXPECT_EQ(at("histogram_quantile(0, h)", 0), "{} 0");
  EXPECT_EQ(at("histogram_quantile(0.9, h)", 0), "{} 1");
  EXPECT_EQ(at("histogram_quantile(NaN, h)", 0), "{} NaN");
  EXPECT_EQ(warnings_, std::vector<std::string>{"quantile value should be between 0 and 1, got NaN (1:20)"});
  EXPECT_EQ(at("histogram_quantile(1.5, h)", 0), "{} +Inf");
  EXPECT_EQ(at(R"(histogram_quantiles(h, "q", 1, 0.4))", 0), R"({q="1.0"} 1, {q="0.4"} 0.30000000000000004)");
  EXPECT_EQ(at("histogram_fraction(0, 0.3, h)", 0), "{} 0.4");
  EXPECT_EQ(at("histogram_fraction(-Inf, Inf, h)", 0), "{} 1");
  EXPECT_EQ(at("histogram_fraction(1, 1, h)", 0), "{} 0");
}

TEST_F(Histograms, OfOddBuckets) {
  add_buckets("no_infinity", {{"1", 2}, {"2", 3}});
  add_buckets("lonely", {{"+Inf", 2}});
  add_buckets("empty", {{"1", 0}, {"+Inf", 0}});
  add_buckets("negative", {{"-1", 2}, {"0", 4}, {"+Inf", 4}});
  add_buckets("same", {{"0.1", 2}, {"1e-1", 2}, {"1", 6}, {"+Inf", 6}});
  for (const std::string_view name : {"no_infinity", "lonely", "empty"}) {
    EXPECT_EQ(at(fmt::format("histogram_quantile(0.5, {})", name), 0), "{} NaN") << name;
  }
  EXPECT_EQ(at("histogram_quantile(0.25, negative)", 0), "{} -1");
  EXPECT_EQ(at("histogram_quantile(0.75, negative)", 0), "{} -0.5");
  EXPECT_EQ(at("histogram_quantile(0.5, same)", 0), "{} 0.07500000000000001");
}

TEST_F(Histograms, SayWhatIsWrongWithBuckets) {
  add_buckets("h", {{"1", 5}, {"2", 3}, {"+Inf", 9}, {"x", 1}});
  EXPECT_EQ(at("histogram_quantile(0.5, h)", 0), "{} 0.9");
  EXPECT_EQ(warnings_, std::vector<std::string>{"bucket label \"le\" is missing or has a malformed value of \"x\" for "
                                                "metric name \"h\" (1:25)"});
  EXPECT_EQ(infos_, std::vector<std::string>{
                        "input to histogram_quantile needed to be fixed for monotonicity (see "
                        "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for "
                        "metric name \"h\", from buckets 2 to 2, with a max diff of 2, over 1 samples from "
                        "1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z (1:25)"});
}

TEST_F(Functions, Info) {
  store_.add({{"__name__", "x"}, {"job", "j"}, {"instance", "i"}}, 0, 60'000, {1, 2, 3});
  store_.add({{"__name__", "y"}, {"job", "other"}}, 0, 60'000, {1, 2, 3});
  store_.add({{"__name__", "target_info"}, {"job", "j"}, {"instance", "i"}, {"version", "1"}}, 0, 1);
  store_.add({{"__name__", "target_info"}, {"job", "j"}, {"instance", "i"}, {"version", "2"}}, 60'000, 1);
  store_.add({{"__name__", "build_info"}, {"job", "j"}, {"instance", "i"}, {"go", "1"}}, 0, 1);
  EXPECT_EQ(over("info(x)", 0, 120'000, 60'000),
            R"(x{instance="i",job="j",version="1"} 1 _ _, x{instance="i",job="j",version="2"} _ 2 3)");
  EXPECT_EQ(at(R"(info(x, {version=~".+"}))", 0), R"(x{instance="i",job="j",version="1"} 1)");
  EXPECT_EQ(at(R"(info(x, {version="3"}))", 0), "");
  EXPECT_EQ(at(R"(info(x, {none=~".*"}))", 0), R"(x{instance="i",job="j"} 1)");
  EXPECT_EQ(at(R"(info(y))", 0), R"(y{job="other"} 1)");
  EXPECT_EQ(at(R"(info(y, {version=~".+"}))", 0), "");
  EXPECT_EQ(at(R"(info(x, {__name__=~".+_info"}))", 0), R"(x{go="1",instance="i",job="j",version="1"} 1)");
  EXPECT_EQ(at("info(x offset 1m)", 90'000), R"(x{instance="i",job="j",version="1"} 1)")
      << "info series are looked up at the time of the series";
}

TEST_F(Functions, RatesOfAnchoredAndSmoothedWindows) {
  store_.add({{"__name__", "x_total"}}, 0, 10'000, {0, 10, 20, 30, 5, 15});
  EXPECT_EQ(at("increase(x_total[20s] anchored)", 35'000), "{} 20");
  EXPECT_EQ(at("increase(x_total[20s] smoothed)", 35'000), "{} 17.5");
  EXPECT_EQ(at("delta(x_total[20s] smoothed)", 25'000), "{} 20");
  EXPECT_EQ(at("changes(x_total[20s] anchored)", 35'000), "{} 2");
  EXPECT_EQ(at("deriv(x_total[20s] smoothed)", 35'000),
            "error: smoothed modifier can only be used with: delta, increase, rate - not with deriv");
}

TEST_F(Functions, NotesPointAtTheirArguments) {
  store_.add({{"__name__", "x"}}, 0, 10'000, {0, 10});
  at("1 + rate((x[1m]))", 10'000);
  EXPECT_EQ(infos_, std::vector<std::string>{"metric might not be a counter, name does not end in "
                                             "_total/_sum/_count/_bucket: \"x\" (1:11)"});
  at("quantile_over_time(1 + 1, x[1m])", 10'000);
  EXPECT_EQ(warnings_, std::vector<std::string>{"quantile value should be between 0 and 1, got 2 (1:20)"});
}

}  // namespace
}  // namespace oreum::promql
