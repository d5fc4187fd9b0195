#include "load/trace.h"

#include <fmt/core.h>

#include "base/file.h"
#include "base/number.h"
#include "encoding/exposition_parser.h"

namespace oreum::bench {

namespace {

constexpr std::string_view kMark = "# SCRAPE ";

/// Takes "# SCRAPE <ms> <bytes>\n" and the bytes off the front.
Result<std::string_view> take_scrape(std::string_view& rest, int64_t& ms) {
  const size_t line_end = rest.find('\n');
  const std::string_view line = rest.substr(0, line_end);
  const size_t space = line.find(' ', kMark.size());
  if (line_end == std::string_view::npos || !line.starts_with(kMark) || space == std::string_view::npos) {
    return Error(Code::kInvalidArgument, "expected a line \"# SCRAPE <ms> <bytes>\"");
  }
  const auto time = parse_i64(line.substr(kMark.size(), space - kMark.size()));
  const auto size = parse_i64(line.substr(space + 1));
  rest.remove_prefix(line_end + 1);
  if (!time || !size || *size < 0 || static_cast<uint64_t>(*size) > rest.size()) {
    return Error(Code::kInvalidArgument, "a scrape is cut short");
  }
  ms = *time;
  const std::string_view page = rest.substr(0, static_cast<size_t>(*size));
  rest.remove_prefix(page.size());
  return page;
}

std::string key_of(const encoding::ParsedSample& sample) {
  std::string key = sample.name;
  for (const auto& [name, value] : sample.labels) {
    key += '\xFF';
    key += name;
    key += '\xFF';
    key += value;
  }
  return key;
}

}  // namespace

Result<Trace> read_trace(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path));
  Trace trace;
  std::unordered_map<std::string, uint32_t> numbers;
  for (std::string_view rest = text; !rest.empty();) {
    Scrape& scrape = trace.scrapes.emplace_back();
    TRY_ASSIGN(const std::string_view page, take_scrape(rest, scrape.ms));
    TRY_ASSIGN(const auto families, encoding::parse_exposition(page));
    for (const auto& family : families) {
      for (const auto& sample : family.samples) {
        const auto [it, fresh] = numbers.emplace(key_of(sample), static_cast<uint32_t>(trace.series.size()));
        if (fresh) {
          LabelPairs& labels = trace.series.emplace_back(sample.labels);
          labels.emplace_back(model::kMetricName, sample.name);
        }
        scrape.series.push_back(it->second);
        scrape.values.push_back(sample.value);
      }
    }
  }
  return trace;
}

}  // namespace oreum::bench
