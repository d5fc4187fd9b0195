#include "storage/match.h"

#include <fmt/core.h>

#include "storage/value_test.h"

namespace oreum::storage {

using model::Matcher;

CompiledMatcher::CompiledMatcher(std::string name, bool positive, std::unique_ptr<ValueTest> test)
    : name_(std::move(name)), positive_(positive), test_(std::move(test)), matches_empty_(matches("")) {}
CompiledMatcher::CompiledMatcher(CompiledMatcher&&) noexcept = default;
CompiledMatcher& CompiledMatcher::operator=(CompiledMatcher&&) noexcept = default;
CompiledMatcher::~CompiledMatcher() = default;

Result<CompiledMatcher> CompiledMatcher::compile(const Matcher& matcher) {
  const bool positive = matcher.op == Matcher::Op::kEqual || matcher.op == Matcher::Op::kRegex;
  if (matcher.op == Matcher::Op::kEqual || matcher.op == Matcher::Op::kNotEqual) {
    return CompiledMatcher(matcher.name, positive, ValueTest::equal(matcher.value));
  }
  auto test = ValueTest::regex(matcher.value);
  if (!test) {
    return std::move(test).error().wrap(
        fmt::format("label matcher {}{}\"{}\"", matcher.name, model::op_text(matcher.op), matcher.value));
  }
  return CompiledMatcher(matcher.name, positive, std::move(*test));
}

bool CompiledMatcher::matches(std::string_view value) const { return test_->passes(value) == positive_; }

const std::vector<std::string>* CompiledMatcher::literals() const { return test_->literals(); }

bool CompiledMatcher::dear() const { return test_->dear(); }

Result<CompiledMatchers> CompiledMatchers::compile(std::span<const Matcher> matchers) {
  CompiledMatchers compiled;
  for (const Matcher& matcher : matchers) {
    TRY_ASSIGN(CompiledMatcher one, CompiledMatcher::compile(matcher));
    compiled.all_.push_back(std::move(one));
  }
  return compiled;
}

bool CompiledMatchers::matches(const model::Labels& labels) const {
  for (const CompiledMatcher& one : all_) {
    if (!one.matches(labels.get(one.name()))) return false;
  }
  return true;
}

}  // namespace oreum::storage
