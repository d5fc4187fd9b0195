// Reads the Prometheus text exposition format 0.0.4: `*.prom` files, other exporters' pages, our own in tests.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/metric.h"

namespace oreum::encoding {

struct ParsedSample {
  std::string name;                                         // with _bucket, _sum, _count where the family has them
  std::vector<std::pair<std::string, std::string>> labels;  // as written: in order, empty values too; names are unique
  double value = 0;
  std::optional<TimestampMs> t;
};

/// The samples of one family, together even when the text had them apart.
struct ParsedFamily {
  std::string name;
  std::optional<std::string> help;  // none when there was no HELP line
  model::MetricType type = model::MetricType::kUntyped;
  std::vector<ParsedSample> samples;
};

/// What a text may cost to read. A text over a limit is refused whole.
struct ExpositionLimits {
  size_t bytes = size_t{16} << 20;
  size_t samples = 200'000;
  size_t labels = 64;           // of one sample
  size_t label_bytes = 16'384;  // of one name or value
};

/// The families in the order in which they first appear; those without samples are there too. Strict: what Prometheus
/// would refuse is refused, and so is a last line without its line feed, the sign of a file that is still being
/// written. kInvalidArgument names line, column and what was expected; kResourceExhausted the limit. Whether a series
/// comes twice is not looked at.
Result<std::vector<ParsedFamily>> parse_exposition(std::string_view text, const ExpositionLimits& limits = {});

}  // namespace oreum::encoding
