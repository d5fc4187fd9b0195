// GET /api/v1/status/{buildinfo,runtimeinfo,config,flags,tsdb,walreplay}.
#include <filesystem>
#include <thread>

#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/form.h"
#include "base/number.h"
#include "encoding/json_writer.h"

namespace oreum::api::prometheus {

namespace {

using encoding::JsonWriter;
using Counts = std::vector<storage::Cardinality::Count>;

// Clients look at the version to know what the server can do: this is the Prometheus whose API and language it is.
constexpr std::string_view kPrometheusVersion = "3.16.0";

constexpr size_t kTsdbLimit = 10;
constexpr int64_t kMostTsdbLimit = 10'000;

/// Threads of this process; 0 when the system does not say.
int64_t thread_count() {
  std::error_code ec;
  int64_t count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/task", ec), end; !ec && it != end; it.increment(ec)) ++count;
  return count;
}

void append_counts(std::string& out, std::string_view key, const Counts& counts) {
  out += fmt::format(",\"{}\":[", key);
  for (size_t i = 0; i < counts.size(); ++i) {
    out += i == 0 ? R"({"name":)" : R"(,{"name":)";
    append_text(out, counts[i].name);
    out += fmt::format(",\"value\":{}}}", counts[i].count);
  }
  out += ']';
}

Counts joined(const std::vector<storage::Cardinality::PairCount>& pairs) {
  Counts counts;
  for (const auto& pair : pairs) counts.push_back({pair.name + "=" + pair.value, pair.count});
  return counts;
}

Result<size_t> tsdb_limit(const Form& form) {
  const std::string_view text = form.get("limit");
  if (text.empty()) return kTsdbLimit;
  const std::optional<int64_t> limit = parse_i64(text);
  if (!limit || *limit < 1) return Error(Code::kInvalidArgument, "limit must be a positive number");
  if (*limit > kMostTsdbLimit) {
    return Error(Code::kInvalidArgument, fmt::format("limit must not exceed {}", kMostTsdbLimit));
  }
  return static_cast<size_t>(*limit);
}

}  // namespace

CallHandler make_build_info(const Services& services) {
  return [&services](const Call&) -> Result<net::Response> {
    std::string body(kSuccess);
    JsonWriter json(body);
    json.begin_object().member("version", kPrometheusVersion);
    json.member("revision", services.revision.empty() ? services.version : services.revision);
    json.member("branch", "oreum-" + services.version).member("buildUser", "").member("buildDate", "");
    json.member("goVersion", "").end_object();
    return finish(std::move(body));
  };
}

CallHandler make_runtime_info(const Services& services) {
  return [&services](const Call&) -> Result<net::Response> {
    std::error_code ec;
    std::string body(kSuccess);
    JsonWriter json(body);
    json.begin_object().member("startTime", format_rfc3339(services.started));
    json.member("CWD", std::filesystem::current_path(ec).string()).member("hostname", services.instance);
    json.member("serverTime", format_rfc3339(services.clock.now())).member("reloadConfigSuccess", true);
    json.member("lastConfigTime", format_rfc3339(services.started)).member("corruptionCount", 0);
    json.member("goroutineCount", thread_count());
    json.member("GOMAXPROCS", static_cast<int64_t>(std::thread::hardware_concurrency()));
    json.member("GOMEMLIMIT", INT64_MAX).member("GOGC", "").member("GODEBUG", "");
    json.member("storageRetention", services.retention).end_object();
    return finish(std::move(body));
  };
}

CallHandler make_config(const Services& services) {
  return [&services](const Call&) -> Result<net::Response> {
    std::string body(kSuccess);
    body += R"({"yaml":)";
    append_text(body, services.config_yaml);
    body += '}';
    return finish(std::move(body));
  };
}

CallHandler make_flags(const Services& services) {
  return [&services](const Call&) -> Result<net::Response> {
    std::string body(kSuccess);
    char before = '{';
    for (const auto& [name, value] : services.flags) {
      body += before;
      append_text(body, name);
      body += ':';
      append_text(body, value);
      before = ',';
    }
    body += before == '{' ? "{}" : "}";
    return finish(std::move(body));
  };
}

CallHandler make_tsdb_status(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    TRY_ASSIGN(const size_t limit, tsdb_limit(form));
    const storage::Cardinality cardinality = services.store.cardinality(limit);
    const storage::StoreStats stats = services.store.stats();
    std::string body(kSuccess);
    body += fmt::format(
        R"({{"headStats":{{"numSeries":{},"numLabelPairs":{},"chunkCount":{},"minTime":{},"maxTime":{}}})",
        cardinality.series, cardinality.label_pairs, stats.packs + cardinality.series, stats.t_min.ms, stats.t_max.ms);
    append_counts(body, "seriesCountByMetricName", cardinality.metrics);
    append_counts(body, "labelValueCountByLabelName", cardinality.labels);
    append_counts(body, "memoryInBytesByLabelName", cardinality.labels_by_bytes);
    append_counts(body, "seriesCountByLabelValuePair", joined(cardinality.pairs));
    body += '}';
    return finish(std::move(body));
  };
}

CallHandler make_wal_replay() {
  // It is over before the first request is taken.
  return [](const Call&) -> Result<net::Response> { return success(R"({"min":0,"max":0,"current":0})"); };
}

}  // namespace oreum::api::prometheus
