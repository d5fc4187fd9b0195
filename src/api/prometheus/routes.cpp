#include "api/prometheus/routes.h"

#include "api/prometheus/endpoints.h"

namespace oreum::api::prometheus {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

const Parameter kQuery{"query", "query", "A PromQL expression.", true};
const Parameter kStart{"start", "query", "First time: RFC 3339 or Unix seconds."};
const Parameter kEnd{"end", "query", "Last time: RFC 3339 or Unix seconds."};
const Parameter kTimeout{"timeout", "query", "How long it may take, like 30s; at most the server's own limit."};
const Parameter kLimit{"limit", "query", "How many results at most. Default: all."};
const Parameter kFormat{
    "format",
    "query",
    "columns: each series as one value a step, null where there is none, without times. Default: matrix.",
    false,
    {"matrix", "columns"}};
const Parameter kLookBack{"lookback_delta", "query", "How long a sample counts. Default: 5m."};
const Parameter kStats{"stats", "query", "With any value: how long it took and how many samples it read."};
const Parameter kMatch{"match[]", "query", "A series selector; may come more than once."};

/// A route whose answers and errors are Prometheus'.
Route route(std::string_view method, std::string_view path, Where where, std::string_view summary,
            std::vector<Parameter> parameters, CallHandler handler) {
  Route out{.method = method,
            .path = path,
            .where = where,
            .tag = "prometheus",
            .summary = summary,
            .parameters = std::move(parameters),
            .responses = {{200, "status success, and the data.", kJson},
                          {400, "status error, errorType bad_data: a parameter is wrong.", kJson}},
            .handler = std::move(handler)};
  if (where != Where::kInline) {
    out.responses.push_back({503, "errorType timeout or unavailable: try again.", kJson});
  }
  out.prometheus = true;
  return out;
}

Route get(std::string_view path, Where where, std::string_view summary, std::vector<Parameter> parameters,
          CallHandler handler) {
  return route("GET", path, where, summary, std::move(parameters), std::move(handler));
}

/// By GET, and by POST with the parameters as a form.
Routes get_and_post(std::string_view path, std::string_view summary, const std::vector<Parameter>& parameters,
                    const CallHandler& handler) {
  Route post = route("POST", path, Where::kQuery, "The same, with the parameters as a form", {}, handler);
  post.request_content_type = kForm;
  return {get(path, Where::kQuery, summary, parameters, handler), std::move(post)};
}

Routes queries(const RouteContext& c) {
  const Parameter time{"time", "query", "RFC 3339 or Unix seconds. Default: now."};
  const Parameter step{"step", "query", "Seconds or a duration between the points.", true};
  Routes all = get_and_post("/api/v1/query", "Evaluate a PromQL expression at one time",
                            {kQuery, time, kTimeout, kLimit, kLookBack, kStats}, make_query(c.services, c.queries));
  for (Route& r : all) r.at_hand = make_query_at_hand(c.services, c.queries);
  for (Route& r : get_and_post("/api/v1/query_range", "Evaluate a PromQL expression over a range of time",
                               {kQuery, kStart, kEnd, step, kTimeout, kLimit, kLookBack, kFormat, kStats},
                               make_query_range(c.services, c.queries))) {
    all.push_back(std::move(r));
  }
  all.push_back(
      get("/api/v1/status/queries", Where::kInline, "The queries that run now", {}, make_active_queries(c.queries)));
  return all;
}

Routes metadata(const RouteContext& c) {
  Routes all = get_and_post("/api/v1/series", "Series that match any of the selectors", {kMatch, kStart, kEnd, kLimit},
                            make_series(c.services));
  for (Route& r :
       get_and_post("/api/v1/labels", "Names of labels", {kMatch, kStart, kEnd, kLimit}, make_labels(c.services))) {
    all.push_back(std::move(r));
  }
  all.push_back(
      get("/api/v1/label/{name}/values", Where::kQuery, "Values of a label",
          {{"name", "path", "The label; U__ escapes what no path may hold.", true}, kMatch, kStart, kEnd, kLimit},
          make_label_values(c.services)));
  return all;
}

Routes expressions(const RouteContext& c) {
  Routes all;
  const auto add = [&](Routes some) {
    for (Route& r : some) all.push_back(std::move(r));
  };
  add(get_and_post("/api/v1/format_query", "A PromQL expression, laid out", {kQuery}, make_format_query()));
  add(get_and_post("/api/v1/parse_query", "A PromQL expression as a tree", {kQuery}, make_parse_query()));
  add(get_and_post("/api/v1/query_exemplars", "Exemplars: none are kept", {kQuery, kStart, kEnd},
                   make_query_exemplars()));
  const Parameter metric{"metric", "query", "One metric only."};
  const Parameter per_metric{"limit_per_metric", "query", "How many of one metric at most."};
  add({get("/api/v1/metadata", Where::kQuery, "Type, help and unit of metrics", {metric, kLimit, per_metric},
           make_metadata(c.services, c.metadata, c.own_metrics))});
  return all;
}

Routes status(const RouteContext& c) {
  const Parameter state{"state", "query", "Only these.", false, {"active", "dropped", "any"}};
  const Parameter pool{"scrapePool", "query", "Only those of this pool."};
  const Parameter type{"type", "query", "Only these.", false, {"alert", "record"}};
  return {
      get("/api/v1/targets", Where::kQuery, "Collectors, and agents that push, as targets", {state, pool},
          make_targets(c.services, c.pushers)),
      get("/api/v1/scrape_pools", Where::kQuery, "Names of the groups of targets", {},
          make_scrape_pools(c.services, c.pushers)),
      get("/api/v1/rules", Where::kInline, "Groups of rules: none yet", {type}, make_rules()),
      get("/api/v1/alerts", Where::kInline, "Alerts: none yet", {}, make_alerts()),
      get("/api/v1/alertmanagers", Where::kInline, "Alertmanagers: none yet", {}, make_alertmanagers()),
      get("/api/v1/status/buildinfo", Where::kInline,
          "Which Prometheus this API is that of, and this program's version", {}, make_build_info(c.services)),
      get("/api/v1/status/runtimeinfo", Where::kQuery, "State of this process", {}, make_runtime_info(c.services)),
      get("/api/v1/status/config", Where::kInline, "The configuration, as YAML", {}, make_config(c.services)),
      get("/api/v1/status/flags", Where::kInline, "Every setting by the name of its flag", {}, make_flags(c.services)),
      get("/api/v1/status/tsdb", Where::kQuery, "Which metrics and labels the series come from", {kLimit},
          make_tsdb_status(c.services)),
      get("/api/v1/features", Where::kInline, "What this server can do", {}, make_features(c.services)),
      get("/api/v1/status/walreplay", Where::kInline, "How far the start is: done", {}, make_wal_replay()),
  };
}

Routes ingest(const RouteContext& c) {
  Route write = route("POST", "/api/v1/write", Where::kIngest,
                      "Prometheus remote write 1.0 and 2.0: samples of any time, in any order", {},
                      make_write(c.services, c.metadata, c.pushers));
  write.responses = {
      {204, "Every sample is stored, safe from a crash."},
      {400, "Some samples can never be stored; the text names the first. The others are stored.", kPlain},
      {413, "The request is larger than the limits.", kPlain},
      {415, "Not snappy, or not remote write.", kPlain},
      {503, "Too much is going on, or the store is away: try again.", kPlain}};
  write.request_content_type = "application/x-protobuf";
  Route read =
      route("POST", "/api/v1/read", Where::kExport, "Prometheus remote read: samples, or streamed chunks", {}, {});
  read.stream = make_read(c.services);
  read.responses = {{200, "A ReadResponse in snappy, or frames of ChunkedReadResponse.", "application/x-protobuf"},
                    {400, "The request is none, or a matcher is wrong.", kPlain},
                    {503, "Too much is going on, or the store is away: try again.", kPlain}};
  read.request_content_type = "application/x-protobuf";
  Route otlp = route("POST", "/api/v1/otlp/v1/metrics", Where::kIngest, "OpenTelemetry's metrics, OTLP 1 over HTTP", {},
                     make_otlp(c.services, c.metadata, c.pushers));
  otlp.responses = {{200, "Taken; partialSuccess says what was not.", kJson},
                    {400, "The request is none.", kJson},
                    {413, "The request is larger than the limits.", kJson},
                    {415, "Neither protobuf nor JSON.", kPlain},
                    {503, "Too much is going on, or the store is away: try again.", kJson}};
  otlp.request_content_type = "application/x-protobuf";
  Route federate = get("/federate", Where::kQuery, "The newest sample of each selected series, as text", {kMatch},
                       make_federate(c.services));
  federate.responses = {{200, "Text format 0.0.4 with times.", kPlain}, {400, "A selector is wrong.", kPlain}};
  Routes all;
  for (Route* r : {&write, &read, &otlp, &federate}) all.push_back(std::move(*r));
  return all;
}

Routes admin(const RouteContext& c) {
  struct Line {
    std::string_view path;
    Where where;
    std::string_view summary;
    std::vector<Parameter> parameters;
    CallHandler handler;
    ResponseDoc done;
  };
  const std::vector<Line> lines{
      {"/api/v1/admin/tsdb/delete_series",
       Where::kIngest,
       "Delete samples by selector and range, for good; off unless admin_api is set",
       {{"match[]", "query", "A selector of the series; may come more than once.", true}, kStart, kEnd},
       make_delete_series(c.services),
       {204, "They are gone; X-Oreum-Deleted-Samples says how many."}},
      {"/api/v1/admin/tsdb/snapshot",
       Where::kExport,
       "Make a backup and wait for it; off unless admin_api is set",
       {},
       make_snapshot(c.services),
       {200, "Its name in the folder of backups.", kJson}},
      {"/api/v1/admin/tsdb/clean_tombstones",
       Where::kExport,
       "Put packs together after deletions; off unless admin_api is set",
       {},
       make_clean_tombstones(c.services),
       {204, "It is done."}},
  };
  Routes all;
  for (const Line& line : lines) {
    for (const std::string_view method : {"POST", "PUT"}) {
      Route r = route(method, line.path, line.where, line.summary, line.parameters, line.handler);
      r.tag = "admin";
      r.responses.front() = line.done;
      r.responses.push_back({500, "The admin API is off.", kJson});
      if (method == "POST") r.request_content_type = kForm;
      all.push_back(std::move(r));
    }
  }
  return all;
}

}  // namespace

Routes routes(const RouteContext& context) {
  Routes all;
  for (auto* part : {queries, metadata, expressions, status, ingest, admin}) {
    for (Route& r : part(context)) all.push_back(std::move(r));
  }
  return all;
}

}  // namespace oreum::api::prometheus
