// POST /api/v1/write: Prometheus remote write 1.0.
//
// A sender drops what is answered with 4xx and repeats what is answered with 5xx. So 4xx is for what can never be
// stored; repeating a request is safe, because a stored sample sent again is a no-op.
#include <memory>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "api/problem.h"
#include "api/resources.h"
#include "base/mutex.h"
#include "base/number.h"
#include "encoding/remote_write.h"

namespace oreum::api {

namespace {

constexpr std::string_view kVersion2 = "io.prometheus.write.v2.Request";

/// What is wrong with the request's headers; empty: nothing.
std::string_view header_fault(const net::Request& request) {
  const std::string_view type = request.header("content-type").value_or("");
  if (trim(type.substr(0, type.find(';'))) != "application/x-protobuf") {
    return "expected Content-Type: application/x-protobuf";
  }
  if (type.find(kVersion2) != std::string_view::npos) return "remote write 2.0 is not spoken here: send 1.0";
  if (trim(request.header("content-encoding").value_or("")) != "snappy") return "expected Content-Encoding: snappy";
  return {};
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

net::Response answer(const encoding::RemoteWrite& sent, const storage::AppendResult& stored,
                     std::string_view request_id) {
  if (stored.rejected > 0) {
    const std::string why = fmt::format("{} samples would exceed a limit: {}", stored.rejected, stored.first_rejected);
    return problem(Error(Code::kResourceExhausted, why), request_id);
  }
  const std::string refused = refusals(sent, stored);
  if (refused.empty()) return {204, {}, {}};
  const Code code = stored.conflict_count > 0 ? Code::kConflict : Code::kInvalidArgument;
  return problem(400, code_name(code), fmt::format("{}. The other samples are stored.", refused), request_id);
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

CallHandler make_write(const Services& services) {
  return [&services, decoders = std::make_shared<Decoders>()](const Call& call) -> Result<net::Response> {
    const net::Request& request = call.request;
    if (const std::string_view fault = header_fault(request); !fault.empty()) {
      return problem(415, "unsupported_media_type", fault, request.id);
    }
    const auto decoder = decoders->take();
    if (Status decoded = decoder->decode(request.body); !decoded) {
      if (decoded.error().code() != Code::kResourceExhausted) return Error(std::move(decoded).error());
      return problem(413, "too_large", decoded.error().to_string(), request.id);
    }
    const encoding::RemoteWrite& sent = decoder->result();
    Result<storage::AppendResult> stored = storage::AppendResult();
    if (!sent.batch.empty()) stored = services.store.append(sent.batch);
    if (!stored) return to_be_repeated(std::move(stored).error());
    net::Response response = answer(sent, *stored, request.id);
    add_counts(response, sent, *stored);
    return response;
  };
}

}  // namespace oreum::api
