// Reads a plain vector selector: name{label="value", …}.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/matcher.h"

namespace oreum::api {

/// The matchers of `name{a="b",c!="d",e=~"f",g!~"h"}`; strings in double or single quotes or backticks, as PromQL has
/// them; names that are not plain words in quotes. kInvalidArgument names the column and what was expected; the rest
/// of the query language is refused by name. At least one matcher must not match the empty value.
Result<std::vector<model::Matcher>> parse_selector(std::string_view text);

/// A selector, and the range of `selector[5m]`.
struct RangeSelector {
  std::vector<model::Matcher> matchers;
  std::optional<milliseconds> range;
};

/// The same, with a range allowed behind it.
Result<RangeSelector> parse_range_selector(std::string_view text);

}  // namespace oreum::api
