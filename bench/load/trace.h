// A recorded trace: what an exporter answered, scrape by scrape. bench/data/README.md describes the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace oreum::bench {

using LabelPairs = std::vector<std::pair<std::string, std::string>>;

/// One scrape: series by their number in the trace, in the order of the page.
struct Scrape {
  int64_t ms = 0;
  std::vector<uint32_t> series;
  std::vector<double> values;
};

struct Trace {
  std::vector<LabelPairs> series;  // with __name__
  std::vector<Scrape> scrapes;
};

Result<Trace> read_trace(const std::string& path);

}  // namespace oreum::bench
