// POST /api/v1/write: Prometheus remote write 1.0 and 2.0.
//
// A sender drops what is answered with 4xx and repeats what is answered with 5xx. So 4xx is for what can never be
// stored; repeating a request is safe, because a stored sample sent again is a no-op.
#include <memory>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "api/problem.h"
#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "base/mutex.h"
#include "base/number.h"
#include "encoding/remote_write.h"
#include "encoding/remote_write2.h"

namespace oreum::api::prometheus {

namespace {

enum class Version { k1, k2 };

constexpr std::string_view kProto1 = "prometheus.WriteRequest";
constexpr std::string_view kProto2 = "io.prometheus.write.v2.Request";

/// The value of a parameter of a media type; "" without it.
std::string_view media_parameter(std::string_view type, std::string_view name) {
  for (size_t at = type.find(';'); at != std::string_view::npos; at = type.find(';', at + 1)) {
    const std::string_view parameter = trim(type.substr(at + 1, type.find(';', at + 1) - at - 1));
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || trim(parameter.substr(0, equals)) != name) continue;
    return trim(parameter.substr(equals + 1));
  }
  return {};
}

/// Which message the headers announce; kUnimplemented says what is wrong with them.
Result<Version> version_of(const net::Request& request) {
  const std::string_view type = request.header("content-type").value_or("");
  if (trim(type.substr(0, type.find(';'))) != "application/x-protobuf") {
    return Error(Code::kUnimplemented, "expected Content-Type: application/x-protobuf");
  }
  const std::string_view proto = media_parameter(type, "proto");
  if (!proto.empty() && proto != kProto1 && proto != kProto2) {
    return Error(Code::kUnimplemented, fmt::format("{} is not known here: expected {} or {}", proto, kProto1, kProto2));
  }
  if (trim(request.header("content-encoding").value_or("")) != "snappy") {
    return Error(Code::kUnimplemented, "expected Content-Encoding: snappy");
  }
  return proto == kProto2 ? Version::k2 : Version::k1;
}

std::string value_text(double v) {
  std::string out;
  append_double(out, v);
  return out;
}

/// What of the request can never be stored, for a person; empty: nothing.
std::string refusals(const encoding::RemoteWrite& sent, const storage::AppendResult& stored) {
  std::string out;
  const auto say = [&](std::string_view sentence) {
    if (!out.empty()) out += "; ";
    out += sentence;
  };
  if (sent.invalid_series > 0) {
    say(fmt::format("{} series have bad labels: {}", sent.invalid_series, sent.first_invalid));
  }
  if (stored.conflict_count > 0) {
    say(fmt::format("{} samples conflict with stored ones:", stored.conflict_count));
    for (const storage::Conflict& c : stored.conflicts) {
      out += fmt::format(" {} at {} is {}, not {};", c.series, format_rfc3339(c.t), value_text(c.stored),
                         value_text(c.sent));
    }
    out.pop_back();
  }
  if (stored.too_old > 0) say(fmt::format("{} samples are older than the retention", stored.too_old));
  return out;
}

/// Bad samples are counted, not errors: an error of the store is the store's own trouble, whatever its code.
Error to_be_repeated(Error error) {
  if (http_status(error.code()) >= 500) return error;
  return {Code::kUnavailable, "the store failed", std::move(error)};
}

/// What became of the samples, for `oreum import` and whoever else counts.
void add_counts(net::Response& response, const encoding::RemoteWrite& sent, const storage::AppendResult& stored) {
  const auto add = [&](const char* name, uint64_t count) {
    response.headers.emplace_back(name, std::to_string(count));
  };
  add("X-Oreum-Added", stored.added);
  add("X-Oreum-Duplicates", stored.duplicates);
  add("X-Oreum-Conflicts", stored.conflict_count);
  add("X-Oreum-Too-Old", stored.too_old);
  add("X-Oreum-Over-Limit", stored.rejected);
  add("X-Oreum-Invalid", sent.invalid_samples);
}

/// Senders of version 2 compare these with what they sent.
void add_written(net::Response& response, const storage::AppendResult& stored) {
  const auto add = [&](const char* name, uint64_t count) {
    response.headers.emplace_back(name, std::to_string(count));
  };
  add("X-Prometheus-Remote-Write-Samples-Written", stored.added + stored.duplicates);
  add("X-Prometheus-Remote-Write-Histograms-Written", 0);
  add("X-Prometheus-Remote-Write-Exemplars-Written", 0);
}

net::Response answer(const encoding::RemoteWrite& sent, const storage::AppendResult& stored, Version version) {
  if (stored.rejected > 0) {
    return plain_error(503, fmt::format("{} samples would exceed a limit: {}", stored.rejected, stored.first_rejected));
  }
  std::string refused = refusals(sent, stored);
  // Version 1 has no way to say it: its senders take such an answer for bad samples.
  if (version == Version::k2 && sent.histograms > 0) {
    if (!refused.empty()) refused += "; ";
    refused += fmt::format("{} native histograms are not kept here", sent.histograms);
  }
  if (refused.empty()) return {204, {}, {}};
  return plain_error(400, fmt::format("{}. The other samples are stored.", refused));
}

/// Decoders that rest between requests; as many as ever worked at once. Thread-safe.
class Decoders {
 public:
  using Decoder = encoding::RemoteWriteDecoder;

  /// One to work with; it comes back by itself.
  auto take() {
    const auto give_back = [this](Decoder* decoder) {
      const MutexLock lock(mu_);
      resting_.emplace_back(decoder);
    };
    const MutexLock lock(mu_);
    if (resting_.empty()) return std::unique_ptr<Decoder, decltype(give_back)>(new Decoder(&cache_), give_back);
    Decoder* decoder = resting_.back().release();
    resting_.pop_back();
    return std::unique_ptr<Decoder, decltype(give_back)>(decoder, give_back);
  }

 private:
  encoding::SeriesCache cache_;
  Mutex mu_;
  std::vector<std::unique_ptr<Decoder>> resting_ GUARDED_BY(mu_);
};

}  // namespace

namespace {

/// Stores what was sent. An error is the request's own, of its decoding.
Result<net::Response> store(const Services& services, const encoding::RemoteWrite& sent, Version version) {
  Result<storage::AppendResult> stored = storage::AppendResult();
  if (!sent.batch.empty()) stored = services.store.append(sent.batch);
  if (!stored) {
    const Error failed = to_be_repeated(std::move(stored).error());
    return plain_error(http_status(failed.code()), failed.to_string());
  }
  net::Response response = answer(sent, *stored, version);
  add_counts(response, sent, *stored);
  if (version == Version::k2) add_written(response, *stored);
  return response;
}

net::Response undecodable(const Error& failed) {
  return plain_error(failed.code() == Code::kResourceExhausted ? 413 : 400, failed.to_string());
}

/// What a request brought.
struct Taken {
  net::Response response;
  uint64_t samples = 0;
};

Result<Taken> take(const Services& services, MetadataStore& metadata, Decoders& decoders, const net::Request& request,
                   Version version) {
  if (version == Version::k2) {
    TRY_ASSIGN(const encoding::RemoteWrite sent, encoding::decode_remote_write2(request.body));
    metadata.add(sent.described);
    TRY_ASSIGN(net::Response response, store(services, sent, version));
    return Taken{std::move(response), sent.batch.size()};
  }
  const auto decoder = decoders.take();
  TRY(decoder->decode(request.body));
  const encoding::RemoteWrite& sent = decoder->result();
  metadata.add(sent.described);
  TRY_ASSIGN(net::Response response, store(services, sent, version));
  return Taken{std::move(response), sent.batch.size()};
}

}  // namespace

CallHandler make_write(const Services& services, MetadataStore& metadata, Pushers& pushers) {
  return [&services, &metadata, &pushers,
          decoders = std::make_shared<Decoders>()](const Call& call) -> Result<net::Response> {
    const net::Request& request = call.request;
    const auto began = Monotonic::now();
    const Result<Version> version = version_of(request);
    if (!version) return plain_error(415, version.error().to_string());
    Result<Taken> taken = take(services, metadata, *decoders, request, *version);
    if (!taken) taken = Taken{undecodable(taken.error())};
    pushers.record(pusher_of(request, "remote_write", services.clock.now(), Monotonic::now() - began, taken->response,
                             taken->samples));
    return std::move(taken->response);
  };
}

}  // namespace oreum::api::prometheus
