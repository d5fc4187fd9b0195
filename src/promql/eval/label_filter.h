// Which labels of a series count: `by`, `without`, `on` and `ignoring` all say so by a list of names.
#pragma once

#include <string>
#include <vector>

#include "model/labels.h"

namespace oreum::promql {

/// Immutable. Works on canonical encodings, in which what is kept of a label set is a label set again, so that finding
/// a series' group needs no label set of its own.
class LabelFilter {
 public:
  static LabelFilter only(std::vector<std::string> names) { return {std::move(names), true}; }
  static LabelFilter except(std::vector<std::string> names) { return {std::move(names), false}; }
  /// As only(), or as except() and without __name__: what groups and matches series.
  static LabelFilter grouping(std::vector<std::string> names, bool only);

  /// Replaces `out` by the encoding of what is kept.
  void encode(const model::Labels& labels, std::string& out) const;
  model::Labels apply(const model::Labels& labels) const;

 private:
  LabelFilter(std::vector<std::string> names, bool only);

  std::vector<std::string> names_;  // sorted
  bool only_;
};

/// The label set of an encoding that is known to be one.
model::Labels labels_from(std::string_view encoded);

}  // namespace oreum::promql
