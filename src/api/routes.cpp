#include "api/routes.h"

#include "api/metric_types.h"
#include "api/prometheus/routes.h"
#include "api/resources.h"

namespace oreum::api {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kProblem = "application/problem+json";

const ResponseDoc kBadRequest{400, "A parameter is wrong; the detail names it.", kProblem};
const ResponseDoc kBusy{503, "Too much is going on, or the store is away: try again.", kProblem};

std::vector<Parameter> history_parameters() {
  return {
      {"type", "path", "What to read.", true, metric_type_names()},
      {"from", "query", "Start of the history: RFC 3339 or Unix seconds. Default: one hour before `to`."},
      {"to", "query", "End of the history. Default: now."},
      {"step", "query", "Width of a point, like 10s or 5m. Default: so that there are at most about 1000 points."},
      {"agg", "query", "What becomes of the samples in one step. Default: avg.", false, {"avg", "min", "max", "last"}},
      {"resolution",
       "query",
       "What to answer from: raw samples, or rollups of 1m or 1h where they are whole. The answer says which it used. "
       "Default: auto, the coarsest that fits into the step.",
       false,
       {"auto", "raw", "1m", "1h"}},
      {"instance", "query", "Which machine. Default: this one."},
  };
}

Routes about(const RouteContext& c) {
  return {
      {"GET",
       "/healthz",
       Where::kInline,
       "health",
       "Whether the process answers",
       {},
       {{200, "It does.", kPlain}},
       [](const Call&) -> Result<net::Response> {
         return net::Response{200, {{"Content-Type", std::string(kPlain)}}, "ok\n"};
       }},
      {"GET",
       "/readyz",
       Where::kQuery,
       "health",
       "Whether samples can be written and read",
       {},
       {{200, "They can.", kPlain}, {503, "They cannot; the text says why.", kPlain}},
       make_ready(c.services)},
      {"GET",
       "/api/v1/health",
       Where::kQuery,
       "health",
       "State of the store, the collectors, the disk and backups; the version, and the level that this server is at",
       {},
       {{200, "ok or degraded, with reasons.", kJson}, {503, "failing, with reasons.", kJson}},
       make_health(c.services)},
      {"GET",
       "/api/v1/status/cardinality",
       Where::kQuery,
       "health",
       "Which metrics and labels the series come from",
       {{"limit", "query", "How many of each list, at most 10000. Default: 20."}},
       {{200, "The largest first.", kJson}, kBadRequest, kBusy},
       make_cardinality(c.services)},
      {"GET",
       "/cardinality",
       Where::kQuery,
       "health",
       "The same, to read",
       {{"limit", "query", "How many of each list, at most 10000. Default: 20."}},
       {{200, "A page.", kHtml}, kBadRequest, kBusy},
       make_cardinality_page(c.services)},
      {"GET",
       "/openapi.json",
       Where::kInline,
       "docs",
       "This description, OpenAPI 3.1",
       {},
       {{200, "The description.", kJson}},
       make_openapi(c.routes, c.services)},
      {"GET",
       "/docs",
       Where::kInline,
       "docs",
       "This description, to read",
       {},
       {{200, "A page.", kHtml}},
       make_docs(c.routes)},
      {"GET",
       "/docs.css",
       Where::kInline,
       "docs",
       "Style of that page",
       {},
       {{200, "A style sheet.", "text/css"}},
       make_docs_style()},
  };
}

Routes metrics(const RouteContext& c) {
  return {
      {"GET",
       "/metrics",
       Where::kQuery,
       "metrics",
       "The last collection and the program's own metrics, for Prometheus",
       {},
       {{200, "Text format 0.0.4, or OpenMetrics 1.0 where Accept asks for it.", kPlain}},
       make_metrics_text(c.services, c.own_metrics)},
      {"GET",
       "/api/v1/metrics",
       Where::kInline,
       "metrics",
       "Which types of metrics there are",
       {},
       {{200, "Names and what they mean.", kJson}},
       make_metric_types()},
      {"GET",
       "/api/v1/metrics/{type}",
       Where::kInlineWithoutParameters,
       "metrics",
       "The present reading; with any parameter, the history",
       history_parameters(),
       {{200, "One object. Sizes are bytes, times seconds, shares percent.", kJson},
        kBadRequest,
        {404, "No such type; the detail lists those there are.", kProblem},
        kBusy},
       make_metrics(c.services)},
      {"GET",
       "/api/v1/stream",
       Where::kInline,
       "metrics",
       "Chosen series as server-sent events, at collection pace",
       {{"metrics", "query", "Metric names, with commas between. Default: the plain gauges of usage and rates."},
        {"match", "query", "A selector like node_load1{instance=\"a\"}; may come more than once."}},
       {{200, "Events named sample, their data a JSON object.", "text/event-stream"}, kBadRequest, kBusy},
       {},
       [&hub = c.streams](const Call& call, std::unique_ptr<net::Responder>& r) { return hub.subscribe(call, r); }},
  };
}

Routes data(const RouteContext& c) {
  return {
      {"GET",
       "/api/v1/instances",
       Where::kQuery,
       "data",
       "Machines with samples here, and when each was last seen",
       {},
       {{200, "Instances by name.", kJson}, kBusy},
       make_instances(c.services)},
      {"GET",
       "/api/v1/export",
       Where::kExport,
       "data",
       "Samples as they are stored, as a download of any size",
       {{"format", "query", "Default: openmetrics.", false, {"openmetrics", "csv"}},
        {"match", "query", "A selector like node_load1{instance=\"a\"}; may come more than once. Default: everything."},
        {"from", "query", "RFC 3339 or Unix seconds. Default: the oldest sample."},
        {"to", "query", "RFC 3339 or Unix seconds. Default: the newest sample."},
        {"stale", "query", "Of OpenMetrics: markers of ended series, as NaN. Default: keep.", false, {"keep", "drop"}},
        {"time", "query", "Of CSV: ISO 8601, or Unix milliseconds. Default: iso.", false, {"iso", "ms"}}},
       {{200, "The text; OpenMetrics that is whole ends with # EOF.", "application/openmetrics-text"},
        kBadRequest,
        kBusy},
       {},
       make_export(c.services, c.own_metrics)},
  };
}

Routes backups(const RouteContext& c) {
  return {
      {"GET",
       "/api/v1/backups",
       Where::kQuery,
       "backups",
       "The backups there are, the one being made, and when the next is due",
       {},
       {{200, "Oldest first. Nothing is decoded for it: `oreum backup verify` does that.", kJson},
        {501, "This server keeps no backups.", kProblem}},
       make_backup_list(c.services)},
      {"POST",
       "/api/v1/backups",
       Where::kQuery,
       "backups",
       "Begin a backup into the configured folder, and do not wait for it",
       {},
       {{202, "It has begun. It is done when GET shows `finished` above the number in this answer.", kJson},
        {403, "Another site's page asked for it.", kProblem},
        {409, "One is being made.", kProblem},
        {501, "This server keeps no backups.", kProblem}},
       make_backup_start(c.services)},
  };
}

const ResponseDoc kNoMigrations{501, "This server leads no migrations.", kProblem};
const ResponseDoc kOtherSite{403, "Another site's page asked for it.", kProblem};
const ResponseDoc kNotNow{409, "Not in this state, or something is in the way; the detail says what to do.", kProblem};

Routes migrations(const RouteContext& c) {
  return {
      {"GET",
       "/api/v1/migrations",
       Where::kQuery,
       "migrations",
       "The migration under way, or the last one: state, progress, both stores, what was verified",
       {},
       {{200, "One object; its state is null when there never was one.", kJson}, kNoMigrations},
       make_migration_status(c.services)},
      {"GET",
       "/api/v1/migrations/plan",
       Where::kQuery,
       "migrations",
       "What a migration to a store would take, and what is in the way; changes nothing",
       {{"to", "query", "URL of the store, like sqlite:/srv/oreum.", true}},
       {{200, "Sizes, an estimate, obstacles.", kJson}, kBadRequest, kNoMigrations},
       make_migration_plan(c.services)},
      {"POST",
       "/api/v1/migrations",
       Where::kQuery,
       "migrations",
       "Begin a migration, and do not wait for it; again with the same target, it goes on",
       {{"to", "query", "URL of the store, like sqlite:/srv/oreum.", true}},
       {{202, "It has begun.", kJson}, kBadRequest, kOtherSite, kNotNow, kNoMigrations},
       make_migration_start(c.services)},
      {"POST",
       "/api/v1/migrations/{action}",
       Where::kQuery,
       "migrations",
       "Ask for something of the migration under way, and do not wait for it",
       {{"action",
         "path",
         "What to do.",
         true,
         {"verify", "switch", "reverse", "complete", "cancel", "pause", "resume", "canary", "limit", "rehearse"}},
        {"percent", "query", "Of canary: how many of a hundred reads are asked of both stores."},
        {"to", "query", "Of rehearse: URL of the store."},
        {"bytes_per_second", "query", "Of limit: the most that is copied in a second; 0 lifts it."}},
       {{202, "It is asked for. It is done when GET shows `commands` above the number in this answer.", kJson},
        kBadRequest,
        kOtherSite,
        {404, "No such action.", kProblem},
        kNotNow,
        kNoMigrations},
       make_migration_action(c.services)},
  };
}

}  // namespace

Routes make_routes(const RouteContext& context) {
  Routes all;
  for (auto* part : {about, metrics, data, prometheus::routes, backups, migrations}) {
    for (Route& route : part(context)) all.push_back(std::move(route));
  }
  return all;
}

}  // namespace oreum::api
