// Operators and aggregations through the engine: what holds whatever the values are.
#include <array>
#include <cmath>
#include <map>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "promql/eval/engine.h"
#include "support/memory_store.h"
#include "support/random_query.h"

namespace oreum::promql {
namespace {

constexpr int64_t kStep = 60'000;
constexpr size_t kPoints = 8;

/// Twelve series of two metrics with gaps, stale markers, and now and then an odd value.
void fill(storage::MemoryStore& store, uint64_t seed) {
  std::mt19937_64 random(seed);
  constexpr std::array<double, 9> kOdd = {0, -0.0, NAN, HUGE_VAL, -HUGE_VAL, 1e308, -1e308, 1e-310, 0.1};
  for (const std::string metric : {"a", "b"}) {
    for (const std::string x : {"1", "2", "3"}) {
      for (const std::string y : {"p", "q"}) {
        const auto labels = model::Labels::of({{"__name__", metric}, {"x", x}, {"y", y}});
        for (size_t i = 0; i < 3 * kPoints; ++i) {
          const auto at = static_cast<int64_t>(i) * kStep / 2;
          const uint64_t kind = random() % 10;
          if (kind < 2) continue;
          const double whole = static_cast<double>(random() % 10) - 3;
          const double odd = kind == 3 ? kOdd[random() % kOdd.size()] : whole;
          store.add(labels, at, kind == 2 ? model::stale_marker() : odd);
        }
      }
    }
  }
}

/// What a query answered, by labels; or its error.
struct Answer {
  std::map<std::string, Column> rows;
  std::string error;
  bool operator==(const Answer& o) const {
    if (error != o.error || rows.size() != o.rows.size()) return false;
    return std::equal(rows.begin(), rows.end(), o.rows.begin(), [](const auto& a, const auto& b) {
      return a.first == b.first && std::equal(a.second.begin(), a.second.end(), b.second.begin(), b.second.end(), same);
    });
  }
  /// NaNs are all the same; 0 and -0 are not. The last digits of a deviation depend on the order of the series.
  static bool same(double a, double b) {
    if (is_absent(a) || is_absent(b)) return is_absent(a) && is_absent(b);
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (a == b) return std::signbit(a) == std::signbit(b);
    return std::fabs(a - b) <= 1e-12 * std::fabs(a);
  }
  friend std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    out << answer.error;
    for (const auto& [labels, values] : answer.rows) {
      out << "\n" << labels;
      for (const double v : values) is_absent(v) ? out << " _" : out << " " << v;
    }
    return out;
  }
};

class World {
 public:
  explicit World(uint64_t seed) : engine_((fill(store_, seed), store_), {}) {}

  Answer range(const std::string& text) { return ask(text, 0, (kPoints - 1) * kStep); }
  /// The same range, an instant after the other.
  Answer instants(const std::string& text) {
    Answer all;
    const auto query = engine_.prepare(text);
    if (!query) return {{}, query.error().to_string()};
    for (size_t i = 0; i < kPoints; ++i) {
      const auto got = engine_.instant(**query, {static_cast<int64_t>(i) * kStep}, options());
      if (!got) return {{}, got.error().to_string()};
      add(*got, i, all);
    }
    return all;
  }

 private:
  static QueryOptions options() { return {.deadline = Deadline::never()}; }

  Answer ask(const std::string& text, int64_t start, int64_t end) {
    const auto query = engine_.prepare(text);
    if (!query) return {{}, query.error().to_string()};
    const auto got = engine_.range(**query, {start}, {end}, milliseconds(kStep), options());
    if (!got) return {{}, got.error().to_string()};
    Answer answer;
    for (const OutputSeries& series : std::get<OutputMatrix>(got->value)) {
      answer.rows.emplace(series.labels.to_string(), series.values);
    }
    return answer;
  }
  static void add(const QueryResult& got, size_t at, Answer& all) {
    const auto put = [&](const model::Labels& labels, double v) {
      all.rows.try_emplace(labels.to_string(), Column(kPoints, absent())).first->second[at] = v;
    };
    if (const auto* scalar = std::get_if<OutputPoint>(&got.value)) put({}, scalar->v);
    if (const auto* vector = std::get_if<OutputVector>(&got.value)) {
      for (const OutputSample& sample : *vector) put(sample.labels, sample.point.v);
    }
  }

  storage::test::MemoryStore store_;
  Engine engine_;
};

RC_GTEST_PROP(EngineOperators, SumByRegroups, (uint64_t seed)) {
  World world(seed);
  for (const std::string op : {"min", "max", "count", "group"}) {
    const std::string outer = op == "count" ? "sum" : op;
    RC_ASSERT(world.range(op + "(a)") == world.range(outer + "(" + op + " by (x) (a))"));
    RC_ASSERT(world.range(op + " by (x) (a)") == world.range(op + " without (y) (a)"));
  }
}

RC_GTEST_PROP(EngineOperators, AndAndUnlessPart, (uint64_t seed)) {
  World world(seed);
  for (const std::string match : {"", "on (x)", "ignoring (x)", "on ()"}) {
    const std::string both = "(a and " + match + " b) or (a unless " + match + " b)";
    RC_ASSERT(world.range(both) == world.range("a"));
    RC_ASSERT(world.range("count((a or " + match + " b) unless " + match + " a)") ==
              world.range("count(b unless " + match + " a)"));
  }
}

RC_GTEST_PROP(EngineOperators, AFilterLeavesWhereBoolSaysOne, (uint64_t seed)) {
  World world(seed);
  for (const std::string op : {"==", "!=", "<", ">", "<=", ">="}) {
    for (const std::string other : {"2", "b", "on (x, y) b", "ignoring (z) b"}) {
      RC_ASSERT(world.range("count(a " + op + " " + other + ")") ==
                world.range("count((a " + op + " bool " + other + ") == 1)"));
      RC_ASSERT(world.range("group by (x, y) (a " + op + " " + other + ")") ==
                world.range("group by (x, y) ((a " + op + " bool " + other + ") > 0)"));
    }
  }
}

RC_GTEST_PROP(EngineOperators, LimitRatioParts, (uint64_t seed)) {
  World world(seed);
  RC_ASSERT(world.range("limit_ratio(0.4, a) or limit_ratio(-0.6, a)") == world.range("a"));
  RC_ASSERT(world.range("limit_ratio(0.4, a) and limit_ratio(-0.6, a)") == Answer{});
}

RC_GTEST_PROP(EngineOperators, TopkIsWhatIsNotBelow, (uint64_t seed)) {
  World world(seed);
  RC_ASSERT(world.range("max by (x) (topk by (x) (1, a))") == world.range("max by (x) (a)"));
  RC_ASSERT(world.range("min(bottomk(2, a))") == world.range("min(a)"));
  RC_ASSERT(world.range("count(topk(3, a))") == world.range("clamp_max(count(a), 3)"));
  RC_ASSERT(world.range("quantile(1, a > 0)") == world.range("max(a > 0)"));
}

TEST(EngineOperators, KeepNoMoreThanTheLimit) {
  storage::test::MemoryStore store;
  fill(store, 1);
  const auto asked = [&](const std::string& text, uint64_t points) -> std::string {
    Engine engine(store, {.limits = {.points = points}});
    const auto query = engine.prepare(text);
    if (!query) return query.error().to_string();
    const auto got =
        engine.range(**query, {0}, {(kPoints - 1) * kStep}, milliseconds(kStep), {.deadline = Deadline::never()});
    return got ? "answered" : got.error().to_string();
  };
  const auto refused = [](uint64_t points) {
    return "the query would hold more than " + std::to_string(points) +
           " points in memory (query.max_points); ask for fewer series, a shorter range or a longer step";
  };
  for (const std::string query :
       {"count(quantile by (x) (0.5, a))", "count(a + b)", "count(topk(3, a))", "count(sum by (x, y) (a))",
        "count(count_values(\"v\", a))", "count(max_over_time((a or b)[4m:1m]))"}) {
    EXPECT_EQ(asked(query, 15), refused(15)) << query;
    EXPECT_EQ(asked(query, 1'000), "answered") << query;
  }
  // What sets keep of each series is a bit for a point.
  for (const std::string query : {"count(a and b)", "count(a unless b)", "count(a or b)"}) {
    EXPECT_EQ(asked(query, 3), refused(3)) << query;
    EXPECT_EQ(asked(query, 15), "answered") << query;
  }
}

TEST(EngineOperators, ARangeIsItsInstants) {
  // Not what looks at the whole query's times, nor what depends on the order of series: that of equal values is another
  // where series come and go.
  constexpr uint64_t kSeed = 7;
  const test::QueryShape shape{
      .depth = 3, .without = {"@", "start", "end", "step", "range", "duration_expr", "limitk", "topk", "bottomk"}};
  test::RandomQuery random(kSeed, {{"a", "b"}, {"x", "y"}, {"1", "2", "p"}}, shape);
  World world(kSeed);
  for (int i = 0; i < 5000; ++i) {
    const std::string query = random.vector();
    const Answer range = world.range(query);
    const Answer instants = world.instants(query);
    if (!range.error.empty() && !instants.error.empty()) continue;
    EXPECT_EQ(range, instants) << query;
  }
}

}  // namespace
}  // namespace oreum::promql
