// GET and POST /api/v1/format_query, /api/v1/parse_query, /api/v1/query_exemplars: what needs the parser only.
#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/form.h"
#include "api/prometheus/tree_json.h"
#include "promql/parse/parser.h"
#include "promql/parse/printer.h"

namespace oreum::api::prometheus {

namespace {

Result<std::shared_ptr<const promql::Query>> parsed(const Form& form) {
  auto query = promql::parse(form.get("query"));
  if (!query) return invalid_parameter("query", query.error().to_string());
  return query;
}

}  // namespace

CallHandler make_format_query() {
  return [](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    TRY_ASSIGN(const auto query, parsed(form));
    std::string body(kSuccess);
    append_text(body, promql::pretty(*query->root));
    return finish(std::move(body));
  };
}

CallHandler make_parse_query() {
  return [](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    TRY_ASSIGN(const auto query, parsed(form));
    std::string body(kSuccess);
    append_tree(body, *query->root);
    return finish(std::move(body));
  };
}

CallHandler make_query_exemplars() {
  return [](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    TRY_ASSIGN(const TimestampMs start, time_of(form, "start", TimestampMs::min()));
    TRY_ASSIGN(const TimestampMs end, time_of(form, "end", TimestampMs::max()));
    if (end < start) return error(ErrorType::kBadData, "end timestamp must not be before start timestamp");
    if (const auto query = promql::parse(form.get("query")); !query) return query.error();
    return success("[]");  // none are kept
  };
}

}  // namespace oreum::api::prometheus
