// Scripts in the promqltest format: loads of samples, queries, and what they should answer. docs/promql.md describes
// what of the format is understood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "promql/parse/series_values.h"

namespace oreum::test {

struct Load {
  int64_t step = 0;  // milliseconds
  std::vector<promql::SeriesLine> series;
};

struct Clear {};

/// What the error or an annotation of a query should say.
struct Expectation {
  enum class Kind { kFail, kWarn, kInfo };
  enum class Match { kAny, kText, kRegex };
  Kind kind = Kind::kFail;
  Match match = Match::kAny;
  std::string text;
};

struct Eval {
  bool range = false;
  int64_t start = 0;  // milliseconds; of an instant query the only time
  int64_t end = 0;
  int64_t step = 0;
  std::string query;

  std::vector<Expectation> expectations;
  bool no_warn = false;
  bool no_info = false;
  bool ordered = false;
  bool fails() const;

  std::optional<double> scalar;
  std::optional<std::string> string;
  /// Of an instant query one value a series, unless `ranges`: then samples at ranges_start, + ranges_step …
  std::vector<promql::SeriesLine> series;
  bool ranges = false;
  int64_t ranges_start = 0;
  int64_t ranges_step = 0;
};

struct Command {
  size_t line = 0;  // from 1
  std::variant<Load, Clear, Eval> what;
};

/// kInvalidArgument: "12: what is wrong".
Result<std::vector<Command>> parse_script(std::string_view text);

}  // namespace oreum::test
