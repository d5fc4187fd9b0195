#include "promql/runner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <regex>

#include <fmt/core.h>

#include "base/number.h"
#include "promql/eval/engine.h"

namespace oreum::test {

namespace {

using promql::Grid;
using promql::QueryResult;

// Longer than any script.
constexpr auto kPatience = std::chrono::seconds(60);

/// Values of one series by time; what both sides are turned into to be compared.
using Points = std::map<int64_t, double>;
using Table = std::map<std::string, Points>;

std::string number_text(double v) {
  std::string out;
  append_double(out, v);
  return out;
}

std::string table_text(const Table& table) {
  std::string out;
  for (const auto& [series, points] : table) {
    out += "\n      " + series;
    for (const auto& [t, v] : points) out += fmt::format(" {}@{}", number_text(v), t);
  }
  return out.empty() ? " nothing" : out;
}

bool same(const Table& a, const Table& b) {
  const auto same_points = [](const Points& x, const Points& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
      return p.first == q.first && nearly_equal(p.second, q.second);
    });
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const auto& x, const auto& y) {
    return x.first == y.first && same_points(x.second, y.second);
  });
}

/// Labels as text; "{}" for none.
std::string name_of(const model::Labels& labels) { return labels.empty() ? "{}" : labels.to_string(); }

/// One answer as a table; the error of a series that comes twice.
class Tabulated {
 public:
  explicit Tabulated(const QueryResult& result) : grid_(result.grid) { std::visit(*this, result.value); }

  void operator()(const promql::OutputPoint& point) { put(name_of({}), {{point.t, point.v}}); }
  void operator()(const std::string& /*text*/) {}
  void operator()(const promql::OutputVector& vector) {
    for (const promql::OutputSample& s : vector) put(name_of(s.labels), {{s.point.t, s.point.v}});
  }
  void operator()(const promql::OutputMatrix& matrix) {
    for (const promql::OutputSeries& s : matrix) {
      Points points;
      for (size_t i = 0; i < s.values.size(); ++i) {
        if (!promql::is_absent(s.values[i])) points.emplace(grid_.at(i), s.values[i]);
      }
      put(name_of(s.labels), std::move(points));
    }
  }
  void operator()(const promql::OutputRanges& ranges) {
    for (const promql::OutputRange& s : ranges) {
      Points points;
      for (size_t i = 0; i < s.t.size(); ++i) points.emplace(s.t[i], s.v[i]);
      put(name_of(s.labels), std::move(points));
    }
  }

  Table table;
  std::vector<std::string> order;
  std::string doubled;

 private:
  void put(std::string name, Points points) {
    order.push_back(name);
    if (!table.emplace(name, std::move(points)).second) doubled = name;
  }
  Grid grid_;
};

/// What an eval expects, as a table over `start`, `start + step` …
Table expected_table(const Eval& eval) {
  const int64_t start = eval.ranges ? eval.ranges_start : eval.start;
  const int64_t step = eval.ranges ? eval.ranges_step : eval.step;
  Table table;
  if (eval.scalar) {
    for (int64_t t = eval.start; t <= eval.end; t += std::max<int64_t>(eval.step, 1)) table["{}"][t] = *eval.scalar;
  }
  for (const promql::SeriesLine& series : eval.series) {
    Points& points = table[name_of(series.labels)];
    for (size_t i = 0; i < series.values.size(); ++i) {
      if (series.values[i]) points.emplace(start + static_cast<int64_t>(i) * step, *series.values[i]);
    }
  }
  return table;
}

bool says(const Expectation& expectation, const std::string& text) {
  switch (expectation.match) {
    case Expectation::Match::kAny: return true;
    case Expectation::Match::kText: return text == expectation.text;
    case Expectation::Match::kRegex: return std::regex_search(text, std::regex(expectation.text));
  }
  return false;
}

/// Every expectation of a kind has its note; where there are any, every note has its expectation.
std::string check_notes(const Eval& eval, Expectation::Kind kind, const std::vector<promql::Annotations::Note>& notes) {
  const bool warns = kind == Expectation::Kind::kWarn;
  const std::string_view name = warns ? "warning" : "info";
  std::vector<std::string> texts;
  for (const auto& note : notes) texts.push_back(fmt::format("PromQL {}: {}", name, note.text));
  std::vector<Expectation> expected;
  std::copy_if(eval.expectations.begin(), eval.expectations.end(), std::back_inserter(expected),
               [&](const Expectation& e) { return e.kind == kind; });
  for (const Expectation& e : expected) {
    if (std::none_of(texts.begin(), texts.end(), [&](const std::string& text) { return says(e, text); })) {
      return fmt::format("expected a {} \"{}\"; got {}", name, e.text, texts.empty() ? "none" : texts.front());
    }
  }
  const bool none_wanted = warns ? eval.no_warn : eval.no_info;
  for (const std::string& text : texts) {
    const bool known =
        std::any_of(expected.begin(), expected.end(), [&](const Expectation& e) { return says(e, text); });
    if (none_wanted || (!expected.empty() && !known)) return fmt::format("did not expect \"{}\"", text);
  }
  return "";
}

class Runner {
 public:
  explicit Runner(const StoreKind& kind) : kind_(kind) {}

  std::vector<std::string> run(std::span<const Command> commands) {
    open();
    for (const Command& command : commands) {
      if (std::holds_alternative<Clear>(command.what)) open();
      if (const Load* load = std::get_if<Load>(&command.what); load != nullptr && store_ != nullptr) {
        const Status added = store_->add(*load);
        if (!added) complain(command.line, "load", added.error().to_string());
      }
      if (const Eval* eval = std::get_if<Eval>(&command.what); eval != nullptr && store_ != nullptr) {
        const std::string wrong = check(*eval);
        if (!wrong.empty()) complain(command.line, eval->query, wrong);
      }
    }
    return std::move(problems_);
  }

 private:
  void complain(size_t line, std::string_view what, std::string_view wrong) {
    problems_.push_back(fmt::format("{}: {}: {}", line, what, wrong));
  }

  void open() {
    engine_.reset();
    store_.reset();
    auto opened = kind_.open();
    if (!opened) {
      complain(0, "opening a store", opened.error().to_string());
      return;
    }
    store_ = *std::move(opened);
    engine_ = std::make_unique<promql::Engine>(store_->queryable(), promql::EngineOptions{});
  }

  Result<QueryResult> ask(const Eval& eval) {
    TRY_ASSIGN(const auto query, engine_->prepare(eval.query));
    const promql::QueryOptions options{.deadline = Deadline::in(kPatience)};
    if (!eval.range) return engine_->instant(*query, TimestampMs{eval.start}, options);
    return engine_->range(*query, TimestampMs{eval.start}, TimestampMs{eval.end}, milliseconds(eval.step), options);
  }

  std::string check(const Eval& eval) {
    const Result<QueryResult> result = ask(eval);
    if (!result) return check_error(eval, result.error().to_string());
    if (eval.fails()) return "expected an error; got an answer";
    std::string wrong = check_answer(eval, *result);
    if (wrong.empty()) wrong = check_notes(eval, Expectation::Kind::kWarn, result->notes.warnings());
    if (wrong.empty()) wrong = check_notes(eval, Expectation::Kind::kInfo, result->notes.infos());
    if (wrong.empty()) wrong = check_as_range(eval, *result);
    return wrong;
  }

  static std::string check_error(const Eval& eval, const std::string& error) {
    if (!eval.fails()) return error;
    for (const Expectation& e : eval.expectations) {
      if (e.kind == Expectation::Kind::kFail && !says(e, error)) {
        return fmt::format("expected the error \"{}\"; got \"{}\"", e.text, error);
      }
    }
    return "";
  }

  static std::string check_answer(const Eval& eval, const QueryResult& result) {
    const std::string* text = std::get_if<std::string>(&result.value);
    if (eval.string || text != nullptr) {
      if (eval.string && text != nullptr && *text == *eval.string) return "";
      return fmt::format("expected the string {}; got {}", eval.string.value_or("no string"),
                         text == nullptr ? "no string" : *text);
    }
    const Tabulated got(result);
    if (!got.doubled.empty()) return fmt::format("{} comes twice", got.doubled);
    const bool is_scalar = std::holds_alternative<promql::OutputPoint>(result.value);
    if (!eval.range && eval.scalar.has_value() != is_scalar) return is_scalar ? "got a scalar" : "expected a scalar";
    const Table expected = expected_table(eval);
    if (!same(expected, got.table)) {
      return fmt::format("\n    expected{}\n    got{}", table_text(expected), table_text(got.table));
    }
    return eval.ordered ? check_order(eval, got.order) : "";
  }

  static std::string check_order(const Eval& eval, const std::vector<std::string>& order) {
    for (size_t i = 0; i < eval.series.size(); ++i) {
      const std::string expected = name_of(eval.series[i].labels);
      if (order[i] != expected) return fmt::format("place {}: expected {}; got {}", i + 1, expected, order[i]);
    }
    return "";
  }

  /// The same query as the middle of three points of a range must say the same.
  std::string check_as_range(const Eval& eval, const QueryResult& result) {
    const bool asks_for_the_range = std::any_of(kRangeWords.begin(), kRangeWords.end(), [&](std::string_view w) {
      return eval.query.find(w) != std::string::npos;
    });
    const bool is_matrix = std::holds_alternative<promql::OutputRanges>(result.value);
    if (eval.range || is_matrix || eval.string || asks_for_the_range) return "";
    constexpr int64_t kStep = 60'000;
    Eval around = eval;
    around.range = true;
    around.start -= kStep;
    around.end += kStep;
    around.step = kStep;
    const Result<QueryResult> answer = ask(around);
    // Its other points may fail where this one does not.
    if (!answer) return "";
    Table middle;
    for (const auto& [series, points] : Tabulated(*answer).table) {
      if (const auto it = points.find(eval.start); it != points.end()) middle[series].emplace(*it);
    }
    const Table expected = Tabulated(result).table;
    if (same(expected, middle)) return "";
    return fmt::format("in a range it says otherwise\n    at its time{}\n    in a range{}", table_text(expected),
                       table_text(middle));
  }

  /// What a query with one of these says depends on the range.
  static constexpr std::array<std::string_view, 4> kRangeWords{"start()", "end()", "step()", "range()"};

  const StoreKind& kind_;
  std::unique_ptr<ScriptStore> store_;
  std::unique_ptr<promql::Engine> engine_;
  std::vector<std::string> problems_;
};

}  // namespace

bool nearly_equal(double a, double b) {
  if (model::same_bits(a, b) || (std::isnan(a) && std::isnan(b))) return true;
  if (a == b) return a != 0;  // the sign of zero counts
  constexpr double kTolerance = 1e-12;
  return std::abs(a - b) <= kTolerance * std::max(std::abs(a), std::abs(b));
}

std::vector<std::string> run_script(std::span<const Command> commands, const StoreKind& kind) {
  return Runner(kind).run(commands);
}

}  // namespace oreum::test
