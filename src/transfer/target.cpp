#include "transfer/target.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "base/number.h"
#include "encoding/remote_write.h"
#include "net/client.h"

namespace oreum::transfer {

namespace {

class StoreTarget final : public Target {
 public:
  explicit StoreTarget(storage::Store& store) : store_(store) {}

  Result<Written> write(const model::Batch& batch) override {
    TRY_ASSIGN(const storage::AppendResult r, store_.append(batch));
    Written out{r.added, r.duplicates, r.conflict_count, r.too_old, r.rejected, r.first_rejected};
    if (!r.conflicts.empty()) {
      const storage::Conflict& c = r.conflicts.front();
      out.refusal =
          fmt::format("{} at {} is {}, not ", c.series, format_rfc3339(c.t), value_text(c.stored)) + value_text(c.sent);
    }
    return out;
  }

 private:
  static std::string value_text(double v) {
    std::string out;
    append_double(out, v);
    return out;
  }

  storage::Store& store_;
};

/// A problem+json's detail, or the beginning of what came instead.
std::string detail_of(const net::Response& response) {
  boost::system::error_code ec;
  const boost::json::value body = boost::json::parse(response.body, ec);
  if (!ec && body.is_object()) {
    const boost::json::value* detail = body.as_object().if_contains("detail");
    if (detail != nullptr && detail->is_string()) return std::string(detail->as_string());
  }
  return response.body.substr(0, 200);
}

/// What became of the samples, as the server's headers say; none when it says nothing.
std::optional<Written> counts_of(const net::Response& response) {
  Written out;
  const std::array<std::pair<std::string_view, uint64_t*>, 5> wanted{{{"x-oreum-added", &out.added},
                                                                      {"x-oreum-duplicates", &out.duplicates},
                                                                      {"x-oreum-conflicts", &out.conflicts},
                                                                      {"x-oreum-too-old", &out.too_old},
                                                                      {"x-oreum-over-limit", &out.over_limit}}};
  size_t found = 0;
  for (const auto& [name, value] : response.headers) {
    for (const auto& [header, into] : wanted) {
      const std::optional<uint64_t> count = name == header ? parse_u64(value) : std::nullopt;
      if (!count) continue;
      *into = *count;
      ++found;
    }
  }
  if (found < wanted.size()) return std::nullopt;
  if (response.status / 100 != 2) out.refusal = detail_of(response);
  return out;
}

class ServerTarget final : public Target {
 public:
  ServerTarget(std::string url, std::function<bool(int)> wait) : url_(std::move(url)), wait_(std::move(wait)) {}

  Result<Written> write(const model::Batch& batch) override {
    net::ClientRequest request;
    request.method = "POST";
    request.url = url_ + "/api/v1/write";
    request.headers = {{"Content-Type", "application/x-protobuf"},
                       {"Content-Encoding", "snappy"},
                       {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
    request.body = encoding::encode_remote_write(batch);
    for (int tried = 1;; ++tried) {
      const Result<net::Response> response = net::fetch(request);
      if (response) {
        answered_ = true;
        if (std::optional<Written> counts = counts_of(*response)) return *std::move(counts);
      }
      if (may_pass(response) && wait_(tried)) continue;
      if (!response) return response.error();
      if (response->status / 100 == 2) return Written{.added = batch.size()};  // another program: it says no more
      return Error(response->status < 500 ? Code::kInvalidArgument : Code::kUnavailable,
                   fmt::format("{} answered {}: {}", url_, response->status, detail_of(*response)));
    }
  }

 private:
  /// Whether the same request may succeed in a moment. A server that never answered is most likely not there.
  bool may_pass(const Result<net::Response>& response) const {
    if (response) return response->status >= 500 || response->status == 429;
    const Code code = response.error().code();
    return answered_ && (code == Code::kUnavailable || code == Code::kDeadlineExceeded);
  }

  const std::string url_;
  const std::function<bool(int)> wait_;
  bool answered_ = false;
};

}  // namespace

std::unique_ptr<Target> make_store_target(storage::Store& store) { return std::make_unique<StoreTarget>(store); }

std::unique_ptr<Target> make_server_target(std::string url, std::function<bool(int)> wait) {
  return std::make_unique<ServerTarget>(std::move(url), std::move(wait));
}

}  // namespace oreum::transfer
