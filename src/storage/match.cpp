#include "storage/match.h"

#include <fmt/core.h>
#include <re2/re2.h>

namespace oreum::storage {

using model::Matcher;

struct CompiledMatchers::One {
  Matcher matcher;
  std::unique_ptr<re2::RE2> regex;  // null for = and !=

  bool matches(std::string_view value) const {
    switch (matcher.op) {
      case Matcher::Op::kEqual: return value == matcher.value;
      case Matcher::Op::kNotEqual: return value != matcher.value;
      case Matcher::Op::kRegex: return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex);
      case Matcher::Op::kNotRegex: return !re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex);
    }
    return false;
  }
};

CompiledMatchers::CompiledMatchers() = default;
CompiledMatchers::CompiledMatchers(CompiledMatchers&&) noexcept = default;
CompiledMatchers& CompiledMatchers::operator=(CompiledMatchers&&) noexcept = default;
CompiledMatchers::~CompiledMatchers() = default;

Result<CompiledMatchers> CompiledMatchers::compile(std::span<const Matcher> matchers) {
  CompiledMatchers compiled;
  for (const Matcher& matcher : matchers) {
    One one{matcher, nullptr};
    if (matcher.op == Matcher::Op::kRegex || matcher.op == Matcher::Op::kNotRegex) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_dot_nl(true);          // a label's value may hold line ends, and "." means any character
      options.set_max_mem(1024 * 1024);  // a hostile expression costs no more
      one.regex = std::make_unique<re2::RE2>(matcher.value, options);
      if (!one.regex->ok()) {
        return Error(Code::kInvalidArgument,
                     fmt::format("label matcher {}{}\"{}\": bad regular expression: {}", matcher.name,
                                 model::op_text(matcher.op), matcher.value, one.regex->error()));
      }
    }
    compiled.all_.push_back(std::move(one));
  }
  return compiled;
}

bool CompiledMatchers::matches(const model::Labels& labels) const {
  for (const One& one : all_) {
    if (!one.matches(labels.get(one.matcher.name))) return false;
  }
  return true;
}

std::string_view CompiledMatchers::metric() const {
  for (const One& one : all_) {
    if (one.matcher.op == Matcher::Op::kEqual && one.matcher.name == model::kMetricName) return one.matcher.value;
  }
  return {};
}

}  // namespace oreum::storage
