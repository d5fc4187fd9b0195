// GET and POST /api/v1/query: a plain selector at one time, in the JSON of Prometheus' query API.
#include <fmt/core.h>

#include "api/params.h"
#include "api/problem.h"
#include "api/resources.h"
#include "api/selector.h"
#include "base/number.h"
#include "encoding/json_writer.h"
#include "net/text.h"

namespace oreum::api {

namespace {

constexpr milliseconds kLookBack{300'000};  // a sample counts for so long
constexpr size_t kMaxSeries = 200'000;

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

void write_sample(encoding::JsonWriter& json, const model::Labels& labels, std::string_view time, double v) {
  json.begin_object().key("metric").begin_object();
  for (const model::Label& label : labels) json.member(label.name, label.value);
  std::string value;
  append_double(value, v);
  json.end_object().key("value").begin_array().raw(time).value(value).end_array().end_object();
}

Result<std::string> evaluate(const Services& services, std::string_view query, TimestampMs at, Deadline deadline) {
  auto matchers = parse_selector(query);
  if (!matchers) return std::move(matchers).error().wrap("parameter query");
  // Left-open: a sample exactly five minutes old no longer counts.
  const TimestampMs oldest =
      at.ms < INT64_MIN + kLookBack.count() ? TimestampMs::min() : at - kLookBack + milliseconds(1);
  TRY_ASSIGN(const auto querier, services.store.querier(oldest, at));
  TRY_ASSIGN(const auto set, querier->select(*matchers));
  std::string body;
  encoding::JsonWriter json(body);
  json.begin_object().member("status", "success").key("data").begin_object().member("resultType", "vector");
  json.key("result").begin_array();
  const std::string time = unix_seconds(at);
  storage::Columns samples;
  for (size_t series = 0; set->next();) {
    if (deadline.passed()) return Error(Code::kDeadlineExceeded, "the query took too long");
    TRY(set->read(samples));
    // A stale marker says that the series ended.
    if (samples.v.empty() || model::is_stale(samples.v.back())) continue;
    if (++series > kMaxSeries) {
      return Error(Code::kInvalidArgument, fmt::format("parameter query: more than {} series match", kMaxSeries));
    }
    write_sample(json, set->series().labels, time, samples.v.back());
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

/// A request whose parameters are those of this one and of the form in its body.
Result<net::Request> with_form(const net::Request& request) {
  net::Request out;
  out.query = request.query;
  TRY_ASSIGN(net::Fields form, net::parse_form(request.body));
  for (auto& field : form) out.query.push_back(std::move(field));
  return out;
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
