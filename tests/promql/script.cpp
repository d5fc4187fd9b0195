#include "promql/script.h"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "base/number.h"
#include "base/time.h"

namespace oreum::test {

namespace {

struct Line {
  size_t number = 0;
  std::string_view text;
};

/// Takes the first word off.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text = trim(text.substr(end));
  return word;
}

/// "5m", "-30s", "90", "1m30s": milliseconds.
Result<int64_t> parse_time(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  TRY_ASSIGN(const milliseconds d, parse_duration(text));
  return negative ? -d.count() : d.count();
}

/// "quoted" or bare text.
std::string message_of(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

class ScriptReader {
 public:
  explicit ScriptReader(std::string_view text) {
    size_t number = 0;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back({++number, trim(text.substr(0, end))});
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  Result<std::vector<Command>> read() {
    std::vector<Command> commands;
    for (; at_ < lines_.size(); ++at_) {
      const Line line = lines_[at_];
      if (line.text.empty() || line.text.starts_with('#')) continue;
      Result<Command> command = read_command(line);
      if (!command) {
        const size_t where = std::min(at_, lines_.size() - 1);
        return Error(Code::kInvalidArgument, fmt::format("{}: {}", lines_[where].number, command.error().to_string()));
      }
      commands.push_back(*std::move(command));
    }
    return commands;
  }

 private:
  Result<Command> read_command(const Line& line) {
    std::string_view rest = line.text;
    const std::string_view word = take_word(rest);
    if (word == "clear") return Command{line.number, Clear{}};
    if (word == "load") {
      TRY_ASSIGN(Load load, read_load(rest));
      return Command{line.number, std::move(load)};
    }
    if (word == "eval" || word.starts_with("eval_")) {
      TRY_ASSIGN(Eval eval, read_eval(word, rest));
      return Command{line.number, std::move(eval)};
    }
    if (word == "load_with_nhcb") return Error(Code::kUnimplemented, "native histograms are not supported");
    return Error(Code::kInvalidArgument, fmt::format("\"{}\": expected load, clear or eval", word));
  }

  /// The next line of a command's block; a blank line ends it.
  std::optional<std::string_view> next_of_block() {
    while (at_ + 1 < lines_.size() && !lines_[at_ + 1].text.empty()) {
      const std::string_view text = lines_[++at_].text;
      if (!text.starts_with('#')) return text;
    }
    return std::nullopt;
  }

  Result<Load> read_load(std::string_view step) {
    Load load;
    TRY_ASSIGN(load.step, parse_time(step));
    while (const auto text = next_of_block()) {
      TRY_ASSIGN(promql::SeriesLine series, promql::parse_series_line(*text));
      load.series.push_back(std::move(series));
    }
    return load;
  }

  Result<Eval> read_eval(std::string_view word, std::string_view rest) {
    Eval eval;
    if (word == "eval_fail") eval.expectations.push_back({.kind = Expectation::Kind::kFail});
    if (word == "eval_warn") eval.expectations.push_back({.kind = Expectation::Kind::kWarn});
    if (word == "eval_info") eval.expectations.push_back({.kind = Expectation::Kind::kInfo});
    eval.ordered = word == "eval_ordered";
    TRY(read_times(rest, eval));
    eval.query = rest;
    while (const auto text = next_of_block()) TRY(read_expected(*text, eval));
    return eval;
  }

  static Status expect_word(std::string_view& rest, std::string_view word) {
    if (take_word(rest) == word) return {};
    return Error(Code::kInvalidArgument, fmt::format("expected \"{}\"", word));
  }

  static Status read_times(std::string_view& rest, Eval& eval) {
    const std::string_view kind = take_word(rest);
    if (kind == "instant") {
      std::string_view peek = rest;
      if (take_word(peek) != "at") return {};  // at 0
      rest = peek;
      TRY_ASSIGN(eval.start, parse_time(take_word(rest)));
      eval.end = eval.start;
      return {};
    }
    if (kind != "range") return Error(Code::kInvalidArgument, "expected \"instant\" or \"range\"");
    eval.range = true;
    return read_range(rest, eval.start, eval.end, eval.step);
  }

  static Status read_range(std::string_view& rest, int64_t& start, int64_t& end, int64_t& step) {
    TRY(expect_word(rest, "from"));
    TRY_ASSIGN(start, parse_time(take_word(rest)));
    TRY(expect_word(rest, "to"));
    TRY_ASSIGN(end, parse_time(take_word(rest)));
    TRY(expect_word(rest, "step"));
    TRY_ASSIGN(step, parse_time(take_word(rest)));
    return {};
  }

  static Status read_expected(std::string_view text, Eval& eval) {
    std::string_view rest = text;
    const std::string_view word = take_word(rest);
    if (word == "expect") return read_expect(rest, eval);
    if (word == "expected_fail_message") return add_message(Expectation::Match::kText, rest, eval);
    if (word == "expected_fail_regexp") return add_message(Expectation::Match::kRegex, rest, eval);
    if (rest.empty()) {
      eval.scalar = parse_double(word);
      if (eval.scalar) return {};
    }
    TRY_ASSIGN(promql::SeriesLine series, promql::parse_series_line(text));
    eval.series.push_back(std::move(series));
    return {};
  }

  /// What an `eval_fail` should say.
  static Status add_message(Expectation::Match match, std::string_view text, Eval& eval) {
    eval.expectations.push_back({Expectation::Kind::kFail, match, std::string(text)});
    return {};
  }

  static Status read_expect(std::string_view rest, Eval& eval) {
    const std::string_view what = take_word(rest);
    if (what == "ordered") {
      eval.ordered = true;
    } else if (what == "no_warn") {
      eval.no_warn = true;
    } else if (what == "no_info") {
      eval.no_info = true;
    } else if (what == "string") {
      eval.string = message_of(rest);
    } else if (what == "range") {
      TRY(expect_word(rest, "vector"));
      eval.ranges = true;
      int64_t end = 0;
      TRY(read_range(rest, eval.ranges_start, end, eval.ranges_step));
    } else {
      return read_annotation(what, rest, eval);
    }
    return {};
  }

  static Status read_annotation(std::string_view what, std::string_view rest, Eval& eval) {
    Expectation expectation;
    if (what == "warn") {
      expectation.kind = Expectation::Kind::kWarn;
    } else if (what == "info") {
      expectation.kind = Expectation::Kind::kInfo;
    } else if (what != "fail") {
      return Error(Code::kInvalidArgument, fmt::format("\"expect {}\" is not known", what));
    }
    if (!rest.empty()) {
      const size_t colon = rest.find(':');
      const std::string_view match = trim(rest.substr(0, colon));
      if (colon == std::string_view::npos || (match != "msg" && match != "regex")) {
        return Error(Code::kInvalidArgument, "expected \"msg:\" or \"regex:\"");
      }
      expectation.match = match == "msg" ? Expectation::Match::kText : Expectation::Match::kRegex;
      expectation.text = message_of(trim(rest.substr(colon + 1)));
    }
    eval.expectations.push_back(std::move(expectation));
    return {};
  }

  std::vector<Line> lines_;
  size_t at_ = 0;
};

}  // namespace

bool Eval::fails() const {
  return std::any_of(expectations.begin(), expectations.end(),
                     [](const Expectation& e) { return e.kind == Expectation::Kind::kFail; });
}

Result<std::vector<Command>> parse_script(std::string_view text) { return ScriptReader(text).read(); }

}  // namespace oreum::test
