// GET /api/v1/status/cardinality and /cardinality: where the series come from.
#include <fmt/core.h>

#include "api/pages.h"
#include "api/params.h"
#include "api/resources.h"
#include "base/number.h"
#include "encoding/json_writer.h"

namespace oreum::api {

namespace {

using storage::Cardinality;

constexpr size_t kDefaultLimit = 20;
constexpr int64_t kLargestLimit = 10'000;
// What a page shows of a name: a hostile one may be as long as a request.
constexpr size_t kShownBytes = 200;

Result<Cardinality> read(const Services& services, const net::Request& request) {
  TRY(only_parameters(request, {"limit"}));
  const auto text = request.param("limit");
  if (!text) return services.store.cardinality(kDefaultLimit);
  const auto limit = parse_i64(*text);
  if (!limit || *limit < 1 || *limit > kLargestLimit) {
    return bad_parameter("limit", fmt::format("expected a number from 1 to {}", kLargestLimit));
  }
  return services.store.cardinality(static_cast<size_t>(*limit));
}

void write_counts(encoding::JsonWriter& json, std::string_view key, std::string_view unit,
                  const std::vector<Cardinality::Count>& counts) {
  json.key(key).begin_array();
  for (const Cardinality::Count& one : counts) {
    json.begin_object().member("name", one.name).member(unit, one.count).end_object();
  }
  json.end_array();
}

std::string json_text(const Cardinality& all) {
  std::string body;
  encoding::JsonWriter json(body);
  json.begin_object().member("series", all.series).member("label_names", all.label_names);
  json.member("label_pairs", all.label_pairs);
  write_counts(json, "metrics", "series", all.metrics);
  write_counts(json, "labels", "values", all.labels);
  json.key("pairs").begin_array();
  for (const Cardinality::PairCount& one : all.pairs) {
    json.begin_object().member("name", one.name).member("value", one.value).member("series", one.count).end_object();
  }
  json.end_array();
  write_counts(json, "labels_by_bytes", "bytes", all.labels_by_bytes);
  json.end_object();
  return body;
}

/// At most kShownBytes, cut between characters.
std::string shown(std::string_view text) {
  if (text.size() <= kShownBytes) return escape_html(text);
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return escape_html(text.substr(0, end)) + "…";
}

/// A row with a bar: its share of the largest.
std::string row(std::string_view name, uint64_t count, uint64_t largest) {
  return fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td><meter max=\"{}\" value=\"{}\"></meter></td></tr>\n",
                     name, count, largest, count);
}

std::string table(std::string_view title, std::string_view about, const std::vector<Cardinality::Count>& counts) {
  std::string out = fmt::format("<h2>{}</h2>\n<p>{}</p>\n<table>\n", title, about);
  for (const Cardinality::Count& one : counts) out += row(shown(one.name), one.count, counts.front().count);
  return out + "</table>\n";
}

std::string page_text(const Cardinality& all) {
  std::string out = fmt::format(
      "<h1>Where the series come from</h1>\n<p>{} series with {} label names and {} pairs of name and value. For "
      "programs: <a href=\"/api/v1/status/cardinality\">/api/v1/status/cardinality</a>.</p>\n",
      all.series, all.label_names, all.label_pairs);
  out += table("Labels by number of values",
               "A label with nearly as many values as there are series is the one that explodes: an id, a time, an "
               "address. Drop it where the samples are made.",
               all.labels);
  out += table("Metrics by number of series", "Each combination of label values is a series.", all.metrics);
  out += "<h2>Pairs by number of series</h2>\n<table>\n";
  for (const Cardinality::PairCount& one : all.pairs) {
    out += row(shown(one.name) + "=" + shown(one.value), one.count, all.pairs.front().count);
  }
  out += "</table>\n";
  out += table("Labels by bytes", "Of names and values, over the label sets of all series.", all.labels_by_bytes);
  return out;
}

}  // namespace

CallHandler make_cardinality(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Cardinality all, read(services, call.request));
    return json_response(json_text(all));
  };
}

CallHandler make_cardinality_page(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Cardinality all, read(services, call.request));
    return html_page("Oreum: where the series come from", page_text(all));
  };
}

}  // namespace oreum::api
