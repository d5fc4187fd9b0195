// POST /api/v1/otlp/v1/metrics: OpenTelemetry's metrics, as protobuf and as JSON.
#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "base/number.h"
#include "encoding/json_writer.h"
#include "encoding/otlp.h"
#include "encoding/otlp_translate.h"

namespace oreum::api::prometheus {

namespace {

enum class Format { kProtobuf, kJson };

// google.rpc.Code.
constexpr int32_t kRpcInvalidArgument = 3;
constexpr int32_t kRpcUnavailable = 14;

std::string_view content_type(Format format) {
  return format == Format::kJson ? "application/json" : "application/x-protobuf";
}

net::Response make_response(int status, Format format, std::string body) {
  net::Response response{status, {{"Content-Type", std::string(content_type(format))}}, std::move(body)};
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

/// What OTLP's errors are: a google.rpc.Status.
net::Response failed(int status, Format format, std::string_view message) {
  const int32_t code = status >= 500 ? kRpcUnavailable : kRpcInvalidArgument;
  if (format == Format::kProtobuf) return make_response(status, format, encoding::encode_rpc_status(code, message));
  std::string body;
  encoding::JsonWriter(body).begin_object().member("code", code).member("message", message).end_object();
  return make_response(status, format, std::move(body));
}

net::Response done(Format format, uint64_t rejected, std::string_view message) {
  if (format == Format::kProtobuf) return make_response(200, format, encoding::encode_otlp_answer(rejected, message));
  std::string body;
  encoding::JsonWriter json(body);
  json.begin_object();
  if (rejected > 0 || !message.empty()) {
    json.key("partialSuccess").begin_object().member("rejectedDataPoints", std::to_string(rejected));
    json.member("errorMessage", message).end_object();
  }
  json.end_object();
  return make_response(200, format, std::move(body));
}

/// What of the request was not kept, for a person.
std::string complaint(const encoding::OtlpSamples& sent, const storage::AppendResult& stored) {
  std::string out;
  const auto say = [&](const std::string& sentence) {
    if (!out.empty()) out += "; ";
    out += sentence;
  };
  if (sent.rejected > 0) say(sent.first_rejected);
  if (stored.conflict_count > 0) {
    const storage::Conflict& first = stored.conflicts.front();
    say(fmt::format("{} samples conflict with stored ones: {} at {}", stored.conflict_count, first.series,
                    format_rfc3339(first.t)));
  }
  if (stored.too_old > 0) say(fmt::format("{} samples are older than the retention", stored.too_old));
  return out;
}

net::Response store(const Services& services, const encoding::OtlpSamples& sent, Format format) {
  storage::AppendResult stored;
  if (!sent.batch.empty()) {
    Result<storage::AppendResult> result = services.store.append(sent.batch);
    // A sender drops what is answered with 4xx: trouble of the store is none of its doing.
    if (!result) return failed(503, format, result.error().to_string());
    stored = *std::move(result);
  }
  if (stored.rejected > 0) return failed(503, format, stored.first_rejected);
  const uint64_t refused = sent.rejected + stored.conflict_count + stored.too_old;
  return done(format, std::min(refused, sent.points), complaint(sent, stored));
}

std::optional<Format> format_of(std::string_view type) {
  type = trim(type.substr(0, type.find(';')));
  if (type == content_type(Format::kProtobuf)) return Format::kProtobuf;
  if (type == content_type(Format::kJson)) return Format::kJson;
  return std::nullopt;
}

}  // namespace

CallHandler make_otlp(const Services& services, MetadataStore& metadata, Pushers& pushers) {
  return [&services, &metadata, &pushers](const Call& call) -> Result<net::Response> {
    const auto began = Monotonic::now();
    const std::string_view type = call.request.header("content-type").value_or("");
    const std::optional<Format> format = format_of(type);
    if (!format) {
      return plain_error(415, fmt::format("unsupported content type: {}, supported: [application/json, "
                                          "application/x-protobuf]",
                                          type));
    }
    const auto resources = *format == Format::kJson ? encoding::decode_otlp_json(call.request.body)
                                                    : encoding::decode_otlp_protobuf(call.request.body);
    net::Response response;
    uint64_t samples = 0;
    if (resources) {
      const encoding::OtlpSamples sent = encoding::translate_otlp(*resources);
      metadata.add(sent.described);
      samples = sent.batch.size();
      response = store(services, sent, *format);
    } else {
      response = failed(resources.error().code() == Code::kResourceExhausted ? 413 : 400, *format,
                        resources.error().to_string());
    }
    pushers.record(pusher_of(call.request, "otlp", services.clock.now(), Monotonic::now() - began, response, samples));
    return response;
  };
}

}  // namespace oreum::api::prometheus
