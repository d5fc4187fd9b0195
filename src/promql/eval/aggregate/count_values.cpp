// count_values: a series for each value there is, the value as a label.
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <fmt/core.h>

#include "base/number.h"
#include "promql/eval/aggregate/aggregation.h"
#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

/// The shortest digits that read back as the value, never with an exponent.
std::string plain_text(double value) {
  std::string out;
  append_api_double(out, value);
  const size_t e = out.find('e');
  if (e == std::string::npos) return out;
  const bool negative = out[0] == '-';
  std::string digits;
  for (const char c : out.substr(negative ? 1 : 0, e - (negative ? 1 : 0))) {
    if (c != '.') digits += c;
  }
  const auto exponent = static_cast<size_t>(*parse_u64(out.substr(e + 2)));
  if (out[e + 1] == '-') {
    digits = "0." + std::string(exponent - 1, '0') + digits;
  } else {
    digits.append(exponent + 1 - digits.size(), '0');
  }
  return (negative ? "-" : "") + digits;
}

/// What the label is called, and whether it takes part in the groups.
struct ValueLabel {
  std::string name;
  bool kept = true;  // false: `without` takes it away again, and all values count as one
};

/// Keeps, for each value of each group, the points at which it is found: little for values that are few, and never
/// more than the input.
class CountedRows final : public Rows {
 public:
  CountedRows(Aggregation aggregation, ValueLabel label, const std::vector<std::string>& grouping)
      : budget_(aggregation.context.budget),
        points_(aggregation.grid.count),
        label_(std::move(label)),
        input_(std::move(aggregation.input)),
        groups_(grouping, aggregation.node.without) {}

  Result<bool> next(Row& out) override {
    if (input_) TRY(read());
    if (at_ == found_.size()) return false;
    const Found& found = found_[at_];
    out.labels = groups_.labels(found.key.group);
    if (label_.kept) {
      const std::string text = plain_text(std::bit_cast<double>(found.key.bits));
      out.labels = out.labels.with({{label_.name, text}});
    }
    out.drop_name = false;  // even where the input's name was to go
    out.values.assign(points_, absent());
    for (const uint32_t point : found.points) {
      double& count = out.values[point];
      count = is_absent(count) ? 1 : count + 1;
    }
    found_[at_++].points = {};
    return true;
  }

 private:
  struct Key {
    uint32_t group;
    uint64_t bits;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const { return (key.bits ^ (uint64_t{key.group} << 32)) * 0x9E3779B97F4A7C15U; }
  };
  struct Found {
    Key key;
    std::vector<uint32_t> points;
  };

  Status read() {
    for (Row row;;) {
      TRY_ASSIGN(const bool there, input_->next(row));
      if (!there) break;
      if (!has_points(row.values)) continue;
      TRY(budget_.hold_points(add(groups_.add(row), row.values)));
    }
    input_.reset();
    return {};
  }

  /// How many points are kept more than before.
  size_t add(uint32_t group, const Column& values) {
    size_t kept = 0;
    size_t last = found_.size();  // most values are the same as the one before
    for (size_t i = 0; i < points_; ++i) {
      if (is_absent(values[i])) continue;
      const Key key{group, label_.kept ? bits_of(values[i]) : 0};
      if (last == found_.size() || !(found_[last].key == key)) last = number_of(key);
      found_[last].points.push_back(static_cast<uint32_t>(i));
      ++kept;
    }
    return kept;
  }
  size_t number_of(const Key& key) {
    const auto [it, fresh] = numbers_.try_emplace(key, found_.size());
    if (fresh) found_.push_back({key, {}});
    return it->second;
  }
  /// NaNs of any bits read the same.
  static uint64_t bits_of(double v) {
    return std::bit_cast<uint64_t>(std::isnan(v) ? std::numeric_limits<double>::quiet_NaN() : v);
  }

  Budget& budget_;
  const size_t points_;
  const ValueLabel label_;
  std::unique_ptr<Rows> input_;  // null once read
  Groups groups_;
  std::unordered_map<Key, size_t, Hash> numbers_;
  std::vector<Found> found_;
  size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<Rows>> make_count_values(Aggregation aggregation) {
  const Aggregate& node = aggregation.node;
  ValueLabel label{unparen(*node.param).as<StringLiteral>()->value, true};
  if (label.name.empty() || !model::is_valid_utf8(label.name)) {
    return Error(Code::kInvalidArgument, fmt::format("invalid label name {}", quote(label.name)));
  }
  // A label of that name that the series have gives way to the value.
  std::vector<std::string> grouping = node.grouping;
  if (node.without) {
    label.kept = label.name != model::kMetricName && std::erase(grouping, label.name) == 0;
    grouping.push_back(label.name);
  } else {
    std::erase(grouping, label.name);
  }
  return std::make_unique<CountedRows>(std::move(aggregation), std::move(label), grouping);
}

}  // namespace oreum::promql
