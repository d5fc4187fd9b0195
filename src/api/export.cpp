// GET /api/v1/export: what the store holds, as a download that takes its reader's pace.
#include <utility>

#include <fmt/core.h>

#include "api/params.h"
#include "api/resources.h"
#include "base/log.h"
#include "promql/parse/parser.h"
#include "transfer/export.h"

namespace oreum::api {

namespace {

using transfer::ExportFormat;
using transfer::ExportOptions;

/// A parameter that is one of two words: whether it is the second. The first is the default.
Result<bool> second_of(const net::Request& request, std::string_view name, std::string_view first,
                       std::string_view second) {
  const std::string_view value = request.param(name).value_or(first);
  if (value != first && value != second) return bad_parameter(name, fmt::format("expected {} or {}", first, second));
  return value == second;
}

Result<ExportOptions> options_of(const net::Request& request) {
  net::Request others;  // all but match, which may come more than once
  ExportOptions options;
  for (const auto& [name, value] : request.query) {
    if (name != "match") {
      others.query.emplace_back(name, value);
      continue;
    }
    auto selector = promql::parse_matchers(value);
    if (!selector) return std::move(selector).error().wrap("parameter match");
    options.selectors.push_back(*std::move(selector));
  }
  TRY(only_parameters(others, {"format", "match", "from", "to", "stale", "time"}));
  TRY_ASSIGN(const bool csv, second_of(request, "format", "openmetrics", "csv"));
  options.format = csv ? ExportFormat::kCsv : ExportFormat::kOpenMetrics;
  TRY_ASSIGN(options.from, time_parameter(request, "from", TimestampMs::min()));
  TRY_ASSIGN(options.to, time_parameter(request, "to", TimestampMs::max()));
  if (options.from > options.to) return bad_parameter("from", "is later than to");
  TRY_ASSIGN(const bool drop, second_of(request, "stale", "keep", "drop"));
  options.stale = !drop;
  TRY_ASSIGN(options.csv_in_ms, second_of(request, "time", "iso", "ms"));
  return options;
}

/// Help and type of what is collected here and of the program's own metrics.
transfer::MetricInfos infos_of(const Services& services, const std::function<void(OwnMetrics&)>& own_metrics) {
  transfer::MetricInfos infos;
  const auto snapshot = services.latest ? services.latest() : nullptr;
  if (snapshot) {
    for (const auto& reading : snapshot->readings) {
      for (const collect::Entry& e : *reading->shape) {
        infos.try_emplace(std::string(e.desc.name), std::string(e.desc.help), e.desc.type);
      }
    }
  }
  OwnMetrics own;
  own_metrics(own);
  for (const OwnMetric& m : own) infos.try_emplace(std::string(m.desc.name), std::string(m.desc.help), m.desc.type);
  return infos;
}

net::Response head_of(const ExportOptions& options, bool whole_store, const storage::StoreStats& stats) {
  net::Response head{200, {{"Content-Type", std::string(transfer::content_type(options.format))}}, {}};
  head.headers.emplace_back("Cache-Control", "no-store");
  // For a progress bar: more may come or, without markers, fewer.
  if (whole_store) head.headers.emplace_back("X-Oreum-Samples", std::to_string(stats.samples));
  return head;
}

}  // namespace

StreamHandler make_export(const Services& services, std::function<void(OwnMetrics&)> own_metrics) {
  return [&services, own_metrics = std::move(own_metrics)](const Call& call,
                                                           std::unique_ptr<net::Responder>& responder) -> Status {
    TRY_ASSIGN(ExportOptions options, options_of(call.request));
    const storage::StoreStats stats = services.store.stats();
    const bool whole_store =
        options.selectors.empty() && options.from == TimestampMs::min() && options.to == TimestampMs::max();
    transfer::keep_within(options, stats);
    if (options.format == ExportFormat::kOpenMetrics) options.infos = infos_of(services, own_metrics);
    const std::shared_ptr<net::Stream> stream = responder->stream(head_of(options, whole_store, stats));
    responder.reset();
    const auto done = transfer::export_samples(services.store, options, [&](std::string piece, const auto&) -> Status {
      if (stream->write_waiting(std::move(piece))) return {};
      return Error(Code::kCancelled, "the client is gone");
    });
    if (done) return {};
    stream->abort();
    if (done.error().code() != Code::kCancelled) log::error("export: {}", done.error().to_string());
    return {};
  };
}

}  // namespace oreum::api
