// GET and POST /api/v1/query: a selector, plain or with a range, at one time, in the JSON of Prometheus' query API.
#include <algorithm>

#include <fmt/core.h>

#include "api/params.h"
#include "api/problem.h"
#include "api/resources.h"
#include "base/number.h"
#include "encoding/json_writer.h"
#include "net/text.h"
#include "promql/parse/parser.h"

namespace oreum::api {

namespace {

constexpr milliseconds kLookBack{300'000};  // a sample counts for so long
constexpr size_t kMaxSeries = 200'000;
constexpr size_t kMaxPoints = 10'000'000;

/// Seconds with a decimal for each millisecond that is needed, as Prometheus prints them.
std::string unix_seconds(TimestampMs t) {
  const bool negative = t.ms < 0;
  const uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(t.ms) : static_cast<uint64_t>(t.ms);
  std::string out = fmt::format("{}{}", negative ? "-" : "", magnitude / 1000);
  if (magnitude % 1000 != 0) {
    out += fmt::format(".{:03}", magnitude % 1000);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out;
}

std::string value_text(double v) {
  std::string text;
  append_api_double(text, v);
  return text;
}

void begin_series(encoding::JsonWriter& json, const model::Labels& labels) {
  json.begin_object().key("metric").begin_object();
  for (const model::Label& label : labels) json.member(label.name, label.value);
  json.end_object();
}

void write_point(encoding::JsonWriter& json, std::string_view time, double v) {
  json.begin_array().raw(time).value(value_text(v)).end_array();
}

/// The newest sample of each series; none for a series that a stale marker says has ended.
bool write_newest(encoding::JsonWriter& json, const model::Labels& labels, const storage::Columns& samples,
                  TimestampMs at) {
  if (samples.v.empty() || model::is_stale(samples.v.back())) return false;
  begin_series(json, labels);
  json.key("value");
  write_point(json, unix_seconds(at), samples.v.back());
  json.end_object();
  return true;
}

/// Every sample of a series as it is stored, stale markers left out.
bool write_all(encoding::JsonWriter& json, const model::Labels& labels, const storage::Columns& samples) {
  if (std::all_of(samples.v.begin(), samples.v.end(), model::is_stale)) return false;
  begin_series(json, labels);
  json.key("values").begin_array();
  for (size_t i = 0; i < samples.t.size(); ++i) {
    if (!model::is_stale(samples.v[i])) write_point(json, unix_seconds({samples.t[i]}), samples.v[i]);
  }
  json.end_array().end_object();
  return true;
}

struct RangeSelector {
  std::vector<model::Matcher> matchers;
  std::optional<milliseconds> range;
};

/// A selector, with a range or without; the rest of the language is refused.
Result<RangeSelector> read_selector(std::string_view text) {
  TRY_ASSIGN(const auto query, promql::parse(text));
  const promql::Expr* expr = query->root.get();
  RangeSelector selector;
  if (const auto* matrix = expr->as<promql::MatrixSelector>(); matrix != nullptr && matrix->range.expr == nullptr) {
    selector.range = matrix->range.fixed;
    expr = matrix->vector.get();
  }
  const auto* vector = expr->as<promql::VectorSelector>();
  if (vector == nullptr || vector->modifiers.has_offset || vector->modifiers.at ||
      vector->mode != promql::RangeMode::kPlain) {
    return Error(Code::kInvalidArgument,
                 "an expression is not supported: expected a plain selector like node_load1{instance=\"a\"}");
  }
  selector.matchers = vector->matchers;
  return selector;
}

Result<std::string> evaluate(const Services& services, std::string_view query, TimestampMs at, Deadline deadline) {
  auto selector = read_selector(query);
  if (!selector) return std::move(selector).error().wrap("parameter query");
  // Left-open: a sample exactly as old as the range no longer counts.
  const milliseconds range = selector->range.value_or(kLookBack);
  const TimestampMs oldest = at.ms < INT64_MIN + range.count() ? TimestampMs::min() : at - range + milliseconds(1);
  TRY_ASSIGN(const auto querier, services.store.querier(oldest, at));
  TRY_ASSIGN(const auto set, querier->select(selector->matchers));
  std::string body;
  encoding::JsonWriter json(body);
  json.begin_object().member("status", "success").key("data").begin_object();
  json.member("resultType", selector->range ? "matrix" : "vector").key("result").begin_array();
  storage::Columns samples;
  size_t series = 0;
  for (size_t points = 0; set->next();) {
    if (deadline.passed()) return Error(Code::kDeadlineExceeded, "the query took too long");
    TRY(set->read(samples));
    const model::Labels& labels = set->series().labels;
    series += selector->range ? write_all(json, labels, samples) : write_newest(json, labels, samples, at);
    points += samples.t.size();
    if (series > kMaxSeries || (selector->range && points > kMaxPoints)) {
      return Error(Code::kInvalidArgument,
                   fmt::format("parameter query: more than {} series or {} samples match", kMaxSeries, kMaxPoints));
    }
  }
  json.end_array().end_object().end_object();
  return body;
}

Result<std::string> answer(const Services& services, const net::Request& request, Deadline deadline) {
  const std::optional<std::string_view> query = request.param("query");
  if (!query) return bad_parameter("query", "expected a selector");
  TRY_ASSIGN(const TimestampMs at, time_parameter(request, "time", services.clock.now()));
  return evaluate(services, *query, at, deadline);
}

Result<std::string> answer_form(const Services& services, const net::Request& request, Deadline deadline) {
  TRY_ASSIGN(const net::Request whole, with_form(request));
  return answer(services, whole, deadline);
}

}  // namespace

CallHandler make_query(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    const bool form = call.request.method == "POST";
    Result<std::string> body =
        form ? answer_form(services, call.request, call.deadline) : answer(services, call.request, call.deadline);
    // Prometheus' clients read Prometheus' errors.
    return body ? json_response(*std::move(body)) : prometheus_error(body.error());
  };
}

}  // namespace oreum::api
