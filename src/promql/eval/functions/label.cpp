// label_replace, label_join: labels made from labels.
#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <re2/re2.h>

#include "promql/eval/build.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"
#include "promql/eval/functions/template.h"

namespace oreum::promql::functions {

namespace {

const std::string& text_arg(const Call& call, size_t i) { return unparen(*call.args[i]).as<StringLiteral>()->value; }

Status check_label(std::string_view function, std::string_view which, std::string_view name) {
  if (!name.empty() && model::is_valid_utf8(name)) return {};
  return Error(Code::kInvalidArgument, fmt::format("invalid {} label name in {}(): {}", which, function, name));
}

/// A name that is given stays.
void set_label(Row& row, std::string_view name, std::string_view value) {
  row.labels = row.labels.with({{name, value}});
  if (name == model::kMetricName) row.drop_name = false;
}

/// `(?<name>…)` as RE2 of this version has it: `(?P<name>…)`.
std::string with_named_groups(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      out += pattern[i++];
    } else if (pattern[i] == '[' || pattern[i] == ']') {
      in_class = pattern[i] == '[';
    } else if (!in_class && pattern.substr(i).starts_with("(?<")) {
      out += "(?P";
      i += 2;
    }
    out += pattern[i];
  }
  return out;
}

class Replacement {
 public:
  Replacement(const Call& call, std::unique_ptr<re2::RE2> regex, ReplacementTemplate replacement)
      : target_(text_arg(call, 1)),
        source_(text_arg(call, 3)),
        regex_(std::move(regex)),
        replacement_(std::move(replacement)),
        groups_(static_cast<size_t>(regex_->NumberOfCapturingGroups()) + 1) {}

  void apply(Row& row) {
    const std::string_view source = row.labels.get(source_);
    const re2::StringPiece text(source.data(), source.size());
    if (!regex_->Match(text, 0, text.size(), re2::RE2::ANCHOR_BOTH, groups_.data(), static_cast<int>(groups_.size()))) {
      return;
    }
    value_.clear();
    replacement_.expand(value_, [&](size_t group) {
      return group < groups_.size() ? std::string_view(groups_[group].data(), groups_[group].size())
                                    : std::string_view();
    });
    set_label(row, target_, value_);
  }

 private:
  const std::string target_;
  const std::string source_;
  std::unique_ptr<re2::RE2> regex_;
  const ReplacementTemplate replacement_;
  std::vector<re2::StringPiece> groups_;
  std::string value_;
};

/// Fails where two series have become one: an answer of both would be none.
class UniqueRows final : public Rows {
 public:
  explicit UniqueRows(std::unique_ptr<Rows> input) : input_(std::move(input)) {}

  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, input_->next(out));
    if (!there || std::all_of(out.values.begin(), out.values.end(), is_absent)) return there;
    if (seen_.insert(out.labels.encoded()).second) return true;
    return Error(Code::kInvalidArgument, "vector cannot contain metrics with the same labelset");
  }

 private:
  std::unique_ptr<Rows> input_;
  std::unordered_set<std::string> seen_;
};

template <typename F>
std::unique_ptr<Rows> relabelled(std::unique_ptr<Rows> rows, F change) {
  return std::make_unique<UniqueRows>(mapped(std::move(rows), std::move(change)));
}

}  // namespace

/// label_replace(v, target, replacement, source, regex)
Result<std::unique_ptr<Rows>> label_replace(Context& context, const Expr& expr, const Grid& grid) {
  const Call& call = *expr.as<Call>();
  re2::RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  const std::string& pattern = text_arg(call, 4);
  auto regex = std::make_unique<re2::RE2>(with_named_groups(pattern), options);
  if (!regex->ok()) {
    return Error(Code::kInvalidArgument, fmt::format("invalid regular expression in label_replace(): {}", pattern));
  }
  TRY(check_label("label_replace", "destination", text_arg(call, 1)));
  TRY_ASSIGN(auto rows, vector_of(context, *call.args[0], grid));
  ReplacementTemplate replacement(text_arg(call, 2), regex->NamedCapturingGroups());
  auto apply = std::make_shared<Replacement>(call, std::move(regex), std::move(replacement));
  return relabelled(std::move(rows), [apply](Row& row) { apply->apply(row); });
}

/// label_join(v, target, separator, source …)
Result<std::unique_ptr<Rows>> label_join(Context& context, const Expr& expr, const Grid& grid) {
  const Call& call = *expr.as<Call>();
  std::vector<std::string> sources;
  for (size_t i = 3; i < call.args.size(); ++i) {
    TRY(check_label("label_join", "source", text_arg(call, i)));
    sources.push_back(text_arg(call, i));
  }
  TRY(check_label("label_join", "destination", text_arg(call, 1)));
  TRY_ASSIGN(auto rows, vector_of(context, *call.args[0], grid));
  return relabelled(std::move(rows), [target = text_arg(call, 1), separator = text_arg(call, 2),
                                      sources = std::move(sources)](Row& row) {
    std::string value;
    for (const std::string& source : sources) {
      if (&source != &sources.front()) value += separator;
      value += row.labels.get(source);
    }
    set_label(row, target, value);
  });
}

}  // namespace oreum::promql::functions
