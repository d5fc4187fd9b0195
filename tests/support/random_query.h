// Random valid PromQL over names that a test gives, for tests that ask the same of two readers or two engines.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oreum::test {

/// What queries are about. Nothing may be empty.
struct QueryNames {
  std::vector<std::string> metrics;  // plain names, or any text: the others are put in quotes
  std::vector<std::string> labels;
  std::vector<std::string> values;  // of labels
};

/// How queries look.
struct QueryShape {
  int depth = 4;             // of operators and calls around a selector
  bool experimental = true;  // what Prometheus has behind flags
  bool odd_text = false;     // odd spaces, comments, quotes, capitals and notations of numbers: for readers of text
  /// Functions, aggregations, operators and modifiers that must not come: "info", "limitk", "fill", "anchored", "@" …
  std::vector<std::string> without = {};
};

/// Queries that Prometheus 3.16 parses and whose types are right; an evaluation may still fail ("many-to-many …").
/// The same seed makes the same queries. Not thread-safe.
///
///   RandomQuery random(seed, {{"up", "cpu_seconds_total"}, {"job", "mode"}, {"a", "b"}}, {.depth = 3});
///   for (int i = 0; i < 1000; ++i) compare(random.vector());
class RandomQuery {
 public:
  RandomQuery(uint64_t seed, QueryNames names, QueryShape shape);

  /// An expression of that type.
  std::string vector() { return vector(shape_.depth); }
  std::string scalar() { return scalar(shape_.depth); }
  std::string matrix() { return matrix(shape_.depth); }
  /// Of any type, mostly an instant vector; now and then a string.
  std::string any();

  /// name{label="value", …} alone.
  std::string selector();

  /// Every function and aggregation that can come.
  static std::vector<std::string_view> functions();

 private:
  std::string vector(int depth);
  std::string scalar(int depth);
  std::string matrix(int depth);
  std::string instant_selector();
  std::string matcher();
  std::string label_list(size_t most);
  std::string modifiers();
  std::string call(int depth);
  std::string argument(char kind, int depth);
  std::string aggregate(int depth);
  std::string binary(int depth);
  std::string between_vectors();
  std::string set_operation(int depth);
  std::string number();
  std::string duration();
  std::string range();
  std::string text(std::string_view value);
  std::string label(const std::string& name);

  uint64_t below(uint64_t n) { return random_() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }
  std::string_view pick(std::span<const std::string_view> from) { return from[below(from.size())]; }
  bool may(std::string_view what) const;
  std::string space();
  std::string word(std::string_view keyword);

  std::mt19937_64 random_;
  QueryNames names_;
  QueryShape shape_;
};

}  // namespace oreum::test
