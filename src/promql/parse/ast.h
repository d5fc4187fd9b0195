// The syntax tree of PromQL: a variant of plain structs with their places in the text. Immutable once parsed, shared by
// all evaluations of a query, on any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/matcher.h"
#include "promql/parse/signatures.h"

namespace oreum::promql {

/// Bytes [begin, end) of the query's text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const Span&) const = default;
};

struct Expr;
using ExprPtr = std::unique_ptr<const Expr>;

// --- durations
// ---------------------------------------------------------------------------------------------------------

struct DurationExpr;
using DurationExprPtr = std::unique_ptr<const DurationExpr>;

enum class DurationOp { kAdd, kSub, kMul, kDiv, kMod, kPow, kMin, kMax };

/// Arithmetic over durations, in seconds: [5m * 2], offset step(), [max_of(step(), 1m)].
struct DurationExpr {
  struct Number {
    double seconds;
    bool as_duration;  // written 5m rather than 300: for the printer
  };
  struct Step {};   // of the query; 0 for an instant one
  struct Range {};  // from the query's start to its end
  struct Unary {
    bool negative;
    DurationExprPtr of;
  };
  struct Binary {
    DurationOp op;
    DurationExprPtr lhs, rhs;
  };
  struct Paren {
    DurationExprPtr of;
  };
  std::variant<Number, Step, Range, Unary, Binary, Paren> node;
  Span span;
};

/// What a range, a step or an offset says: a number of milliseconds, or an expression over the query's own times.
struct Duration {
  milliseconds fixed{0};
  DurationExprPtr expr;  // null: fixed
};

// --- selectors
// ---------------------------------------------------------------------------------------------------------

/// `@ 1609746000`, `@ start()`, `@ end()`.
struct At {
  enum class Kind { kTime, kStart, kEnd };
  Kind kind = Kind::kTime;
  TimestampMs time{};  // of kTime
};

/// `anchored` and `smoothed`.
enum class RangeMode { kPlain, kAnchored, kSmoothed };

/// `offset 5m @ start()`: what selectors and subqueries have behind them.
struct Modifiers {
  Duration offset;
  bool has_offset = false;  // and it is not 0
  std::optional<At> at;
};

struct VectorSelector {
  std::string name;                      // `foo` of foo{…}; "" for {…} and {"foo", …}
  std::vector<model::Matcher> matchers;  // as written; of foo{…} the last is __name__="foo"
  Modifiers modifiers;
  RangeMode mode = RangeMode::kPlain;
};

/// `foo[5m]`.
struct MatrixSelector {
  ExprPtr vector;  // a VectorSelector, which holds the modifiers
  Duration range;
};

/// `expr[1h:1m]`.
struct Subquery {
  ExprPtr expr;
  Duration range;
  Duration step;
  bool has_step = false;  // else the server's default
  Modifiers modifiers;
};

// --- operators
// ---------------------------------------------------------------------------------------------------------

enum class BinaryOp {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kTrimUpper,  // `</` and `>/` cut native histograms, so they answer nothing for floats
  kTrimLower,
  kEq,
  kNe,
  kLt,
  kGt,
  kLe,
  kGe,
  kAnd,
  kOr,
  kUnless,
};
inline bool is_comparison(BinaryOp op) { return op >= BinaryOp::kEq && op <= BinaryOp::kGe; }
inline bool is_set(BinaryOp op) { return op >= BinaryOp::kAnd; }
/// "+", "atan2", "unless" …
std::string_view op_text(BinaryOp op);

enum class Cardinality { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

struct VectorMatching {
  Cardinality cardinality = Cardinality::kOneToOne;
  bool on = false;                   // `on (…)`; else `ignoring (…)`
  std::vector<std::string> labels;   // of on or ignoring
  std::vector<std::string> include;  // of group_left or group_right
  std::optional<double> fill_left;   // `fill_left(0)`, or `fill(0)` for both
  std::optional<double> fill_right;
};

struct Binary {
  BinaryOp op;
  ExprPtr lhs, rhs;
  bool return_bool = false;
  std::optional<VectorMatching> matching;  // set when both sides are vectors
};

struct Unary {
  bool negative;
  ExprPtr expr;
};

struct Paren {
  ExprPtr expr;
};

enum class AggregateOp {
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kCountValues,
  kQuantile,
  kLimitk,
  kLimitRatio,
};
/// "sum", "count_values" …
std::string_view op_text(AggregateOp op);

struct Aggregate {
  AggregateOp op;
  ExprPtr expr;
  ExprPtr param;  // of topk, quantile, count_values …; else null
  std::vector<std::string> grouping;
  bool without = false;
};

struct Call {
  const Signature* function;  // never null
  std::vector<ExprPtr> args;
};

struct NumberLiteral {
  double value;
  bool as_duration = false;  // written 5m rather than 300
};

struct StringLiteral {
  std::string value;
};

struct Expr {
  std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector, Subquery, Call, Aggregate, Binary, Unary,
               Paren>
      node;
  Span span;
  ValueType type = ValueType::kScalar;

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&node);
  }
};

/// `(((x)))` → x.
const Expr& unparen(const Expr& expr);

}  // namespace oreum::promql
