// Matchers made ready to run over label sets and over the index.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace oreum::storage {

class ValueTest;

/// One matcher, compiled.
class CompiledMatcher {
 public:
  static Result<CompiledMatcher> compile(const model::Matcher& matcher);
  CompiledMatcher(CompiledMatcher&&) noexcept;
  CompiledMatcher& operator=(CompiledMatcher&&) noexcept;
  ~CompiledMatcher();

  const std::string& name() const { return name_; }
  bool matches(std::string_view value) const;
  /// Whether a series without the label matches.
  bool matches_empty() const { return matches_empty_; }
  /// True for = and =~.
  bool positive() const { return positive_; }
  /// All values that the matcher's text stands for, before a negation, where they are a few literals; null for an
  /// expression that is more.
  const std::vector<std::string>* literals() const;
  /// Whether a test of one value is far dearer than a comparison.
  bool dear() const;

 private:
  CompiledMatcher(std::string name, bool positive, std::unique_ptr<ValueTest> test);
  std::string name_;
  bool positive_;
  std::unique_ptr<ValueTest> test_;
  bool matches_empty_;
};

/// All of the matchers, compiled. Thread-safe once made.
class CompiledMatchers {
 public:
  /// kInvalidArgument quotes a regular expression that is none.
  static Result<CompiledMatchers> compile(std::span<const model::Matcher> matchers);

  bool matches(const model::Labels& labels) const;
  const std::vector<CompiledMatcher>& all() const { return all_; }

 private:
  CompiledMatchers() = default;
  std::vector<CompiledMatcher> all_;
};

}  // namespace oreum::storage
