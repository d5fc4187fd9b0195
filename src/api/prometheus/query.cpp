// GET and POST /api/v1/query and /api/v1/query_range.
#include <cmath>

#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/form.h"
#include "api/prometheus/result_json.h"
#include "base/number.h"

namespace oreum::api::prometheus {

namespace {

constexpr int64_t kMaxPoints = 11'000;  // of one series, as Prometheus has it
constexpr size_t kMaxNotes = 10;        // of each kind
constexpr size_t kShortQuery = 512;     // bytes; longer ones are not looked at on the io thread

/// What instant and range queries have in common.
struct QueryForm {
  std::string_view text;
  size_t limit = SIZE_MAX;
  promql::QueryOptions options;
  bool stats = false;
  bool columns = false;  // of a range query: see append_columns()
};

Deadline sooner(Deadline a, std::chrono::nanoseconds timeout) {
  const Deadline b = Deadline::in(timeout);
  return b.at() < a.at() ? b : a;
}

Result<QueryForm> query_form(const Form& form, const Call& call, size_t limit) {
  QueryForm out{.text = form.get("query"), .limit = limit, .options = {.deadline = call.deadline}};
  out.options.cancelled = call.request.client_gone.get();
  out.stats = !form.get("stats").empty();
  TRY_ASSIGN(const auto timeout, duration_of(form, "timeout"));
  if (timeout && timeout->count() <= 0) {
    const double seconds = std::chrono::duration<double>(*timeout).count();
    return invalid_parameter("timeout", fmt::format("timeout must be positive, got {}s", seconds));
  }
  if (timeout) out.options.deadline = sooner(call.deadline, *timeout);
  if (const std::string_view text = form.get("lookback_delta"); !text.empty()) {
    const auto look_back = parse_api_duration(text);
    if (!look_back) {
      return Error(Code::kInvalidArgument, "error parsing lookback delta duration: " + look_back.error().message());
    }
    // Without one above zero it is the engine's.
    if (look_back->count() > 0) out.options.look_back = std::chrono::ceil<milliseconds>(*look_back);
  }
  return out;
}

/// Prometheus' engine has no code of its own for what cannot be evaluated; the parser's and the API's are bad_data.
net::Response evaluation_error(const Error& failed) {
  const bool wrong = failed.code() == Code::kInvalidArgument || failed.code() == Code::kResourceExhausted;
  return wrong ? error(ErrorType::kExecution, failed.to_string()) : error(failed);
}

std::vector<std::string> texts_of(const std::vector<promql::Annotations::Note>& notes, std::string_view kind,
                                  std::string_view query) {
  std::vector<std::string> texts;
  for (const auto& note : notes) {
    if (texts.size() == kMaxNotes) break;
    texts.push_back(fmt::format("PromQL {}: {} ({})", kind, note.text, promql::place_text(query, note.where.begin)));
  }
  if (notes.size() > kMaxNotes) {
    texts.push_back(fmt::format("{} more {} annotations omitted", notes.size() - kMaxNotes, kind));
  }
  return texts;
}

/// Where the time went; what is not measured apart counts as evaluation.
void append_stats(std::string& out, const promql::QueryResult& result, std::chrono::nanoseconds prepared,
                  std::chrono::nanoseconds total) {
  const auto seconds = [&](std::string_view before, std::chrono::nanoseconds d) {
    out += before;
    append_api_double(out, std::chrono::duration<double>(d).count());
  };
  seconds(R"(,"stats":{"timings":{"evalTotalTime":)", total);
  seconds(R"(,"resultSortTime":)", {});
  seconds(R"(,"queryPreparationTime":)", prepared);
  seconds(R"(,"innerEvalTime":)", total - prepared);
  seconds(R"(,"execQueueTime":)", {});
  seconds(R"(,"execTotalTime":)", total);
  out += fmt::format(
      R"(}},"samples":{{"totalQueryableSamples":{0},"samplesRead":{0},"seriesTouched":{1},"peakSamples":{0}}}}})",
      result.samples, result.series);
}

net::Response success(Queries::Running& running, const QueryForm& form, const promql::QueryResult& result,
                      std::chrono::nanoseconds prepared) {
  running.succeeded(result.samples);
  std::string body(kSuccess);
  body += '{';
  const auto* matrix = form.columns ? std::get_if<promql::OutputMatrix>(&result.value) : nullptr;
  if (matrix != nullptr) {
    append_columns(body, *matrix, result.grid, form.limit);
  } else {
    append_result(body, result, form.limit);
  }
  if (form.stats) append_stats(body, result, prepared, running.age());
  body += '}';
  std::vector<std::string> warnings = texts_of(result.notes.warnings(), "warning", form.text);
  const std::vector<std::string> infos = texts_of(result.notes.infos(), "info", form.text);
  if (series_count(result) > form.limit) warnings.emplace_back(kTruncated);
  return finish(std::move(body), {warnings, infos});
}

/// Parses the text, evaluates it and writes what it answers.
template <typename Evaluate>
net::Response answer(const Services& services, Queries& queries, const QueryForm& form, const Call& call,
                     Evaluate evaluate) {
  Queries::Running running(queries, form.text, call.request.remote);
  const Result<std::shared_ptr<const promql::Query>> query = services.engine.prepare(form.text);
  if (!query) {
    running.failed(query.error().code());
    return error(invalid_parameter("query", query.error().to_string()));
  }
  const std::chrono::nanoseconds prepared = running.age();
  const Result<promql::QueryResult> result = evaluate(**query);
  if (!result) {
    running.failed(result.error().code());
    return evaluation_error(result.error());
  }
  return success(running, form, *result, prepared);
}

struct InstantForm {
  TimestampMs at;
  QueryForm query;
};

Result<InstantForm> instant_form(const Services& services, const Form& form, const Call& call) {
  TRY_ASSIGN(const size_t limit, limit_of(form));
  TRY_ASSIGN(const TimestampMs at, time_of(form, "time", services.clock.now()));
  TRY_ASSIGN(const QueryForm query, query_form(form, call, limit));
  return InstantForm{at, query};
}

Result<net::Response> instant(const Services& services, Queries& queries, const Call& call) {
  TRY_ASSIGN(const Form form, Form::of(call.request));
  TRY_ASSIGN(const InstantForm asked, instant_form(services, form, call));
  return answer(services, queries, asked.query, call, [&](const promql::Query& parsed) {
    return services.engine.instant(parsed, asked.at, asked.query.options);
  });
}

/// The answer if it is one of few samples that are in memory. The hop to another thread and back costs more than such
/// a query; whatever is wrong with it is told there.
std::optional<net::Response> instant_at_hand(const Services& services, Queries& queries, const Call& call) {
  const Result<Form> form = Form::of(call.request);
  if (!form) return {};
  Result<InstantForm> asked = instant_form(services, *form, call);
  if (!asked || asked->query.text.size() > kShortQuery) return {};
  asked->query.options.at_hand = true;
  Queries::Running running(queries, asked->query.text, call.request.remote);
  const auto query = services.engine.prepare(asked->query.text);
  const std::chrono::nanoseconds prepared = running.age();
  if (query) {
    const auto result = services.engine.instant(**query, asked->at, asked->query.options);
    if (result) return success(running, asked->query, *result, prepared);
  }
  running.moved_on();
  return {};
}

Error too_many_points() {
  return {Code::kInvalidArgument,
          "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution "
          "(?step=XX)"};
}

/// Ours, beside what Prometheus has.
Result<bool> columns_of(const Form& form) {
  const std::string_view format = form.get("format");
  if (format.empty() || format == "matrix") return false;
  if (format == "columns") return true;
  return invalid_parameter("format", "expected matrix or columns");
}

struct Range {
  TimestampMs start;
  TimestampMs end;
  milliseconds step;
};

Result<Range> range_of(const Form& form) {
  TRY_ASSIGN(const TimestampMs start, time_of(form, "start"));
  TRY_ASSIGN(const TimestampMs end, time_of(form, "end"));
  if (end < start) return invalid_parameter("end", "end timestamp must not be before start time");
  const auto step = parse_api_duration(form.get("step"));
  if (!step) return invalid_parameter("step", step.error().message());
  const auto ms = std::chrono::duration_cast<milliseconds>(*step);
  if (ms.count() <= 0) {
    return invalid_parameter("step",
                             "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  int64_t span = 0;
  if (__builtin_sub_overflow(end.ms, start.ms, &span) || span / ms.count() > kMaxPoints) return too_many_points();
  return Range{start, end, ms};
}

Result<net::Response> range(const Services& services, Queries& queries, const Call& call) {
  TRY_ASSIGN(const Form form, Form::of(call.request));
  TRY_ASSIGN(const size_t limit, limit_of(form));
  TRY_ASSIGN(const Range range, range_of(form));
  TRY_ASSIGN(QueryForm query, query_form(form, call, limit));
  TRY_ASSIGN(query.columns, columns_of(form));
  const auto parsed = services.engine.prepare(query.text);
  const promql::ValueType type = parsed ? (*parsed)->root->type : promql::ValueType::kScalar;
  if (type != promql::ValueType::kScalar && type != promql::ValueType::kVector) {
    return invalid_parameter("query", fmt::format("invalid expression type \"{}\" for range query, must be Scalar or "
                                                  "instant Vector",
                                                  promql::type_text(type)));
  }
  return answer(services, queries, query, call, [&](const promql::Query& whole) {
    return services.engine.range(whole, range.start, range.end, range.step, query.options);
  });
}

}  // namespace

CallHandler make_query(const Services& services, Queries& queries) {
  return [&services, &queries](const Call& call) { return instant(services, queries, call); };
}

QuickHandler make_query_at_hand(const Services& services, Queries& queries) {
  return [&services, &queries](const Call& call) { return instant_at_hand(services, queries, call); };
}

CallHandler make_query_range(const Services& services, Queries& queries) {
  return [&services, &queries](const Call& call) { return range(services, queries, call); };
}

}  // namespace oreum::api::prometheus
