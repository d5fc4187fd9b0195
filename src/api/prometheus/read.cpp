// POST /api/v1/read: remote read, as samples or as streamed chunks.
#include <utility>

#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "base/log.h"
#include "encoding/remote_read.h"
#include "storage/match.h"

namespace oreum::api::prometheus {

namespace {

using encoding::ReadQuery;
using encoding::ReadRequest;

constexpr uint64_t kMostSamples = 50'000'000;  // of an answer that is made in memory

int status_of(const Error& failed) {
  switch (failed.code()) {
    case Code::kInvalidArgument:
    case Code::kResourceExhausted: return 400;
    case Code::kUnavailable:
    case Code::kDeadlineExceeded: return 503;
    default: return 500;
  }
}

/// Calls `use(labels, samples)` for each series with samples.
template <typename Use>
Status for_each_series(const storage::Store& store, const ReadQuery& query, Use use) {
  if (query.end < query.start) return {};
  TRY_ASSIGN(const auto querier, store.querier(query.start, query.end));
  TRY_ASSIGN(const auto set, querier->select(query.matchers));
  storage::Columns samples;
  while (set->next()) {
    TRY(set->read(samples));
    if (!samples.t.empty()) TRY(use(set->series().labels, samples));
  }
  return {};
}

Result<net::Response> samples(const storage::Store& store, const ReadRequest& request, const Call& call) {
  encoding::ReadResponse out;
  uint64_t count = 0;
  const auto add = [&](const model::Labels& labels, const storage::Columns& columns) -> Status {
    count += columns.t.size();
    if (count > kMostSamples) {
      return Error(Code::kInvalidArgument, fmt::format("exceeded sample limit ({})", kMostSamples));
    }
    if (call.request.client_gone && *call.request.client_gone) return Error(Code::kCancelled, "the client is gone");
    out.add_series(labels, columns.t, columns.v);
    return {};
  };
  for (const ReadQuery& query : request.queries) {
    out.begin_result();
    TRY(for_each_series(store, query, add));
  }
  return net::Response{200, {{"Content-Type", "application/x-protobuf"}, {"Content-Encoding", "snappy"}}, out.finish()};
}

Status stream_chunks(const storage::Store& store, const ReadRequest& request, net::Stream& stream) {
  for (size_t i = 0; i < request.queries.size(); ++i) {
    TRY(for_each_series(store, request.queries[i], [&](const model::Labels& labels, const storage::Columns& columns) {
      return encoding::write_chunked(labels, columns.t, columns.v, static_cast<int64_t>(i),
                                     [&](std::string frame) -> Status {
                                       if (stream.write_waiting(std::move(frame))) return {};
                                       return Error(Code::kCancelled, "the client is gone");
                                     });
    }));
  }
  return {};
}

}  // namespace

StreamHandler make_read(const Services& services) {
  return [&services](const Call& call, std::unique_ptr<net::Responder>& responder) -> Status {
    const Result<ReadRequest> request = encoding::decode_read_request(call.request.body);
    if (!request || !request->chunks) {
      Result<net::Response> answer =
          request ? samples(services.store, *request, call) : Result<net::Response>(request.error());
      if (!answer) answer = plain_error(status_of(answer.error()), answer.error().to_string());
      responder->send(*std::move(answer));
      return {};
    }
    // A bad expression is found before the answer begins.
    for (const ReadQuery& query : request->queries) {
      const auto good = storage::CompiledMatchers::compile(query.matchers);
      if (good) continue;
      responder->send(plain_error(400, good.error().to_string()));
      return {};
    }
    const std::shared_ptr<net::Stream> stream = responder->stream(
        {200, {{"Content-Type", "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"}}, {}});
    responder.reset();
    if (const Status done = stream_chunks(services.store, *request, *stream); !done) {
      stream->abort();
      if (done.error().code() != Code::kCancelled) log::error("remote read: {}", done.error().to_string());
    }
    return {};
  };
}

}  // namespace oreum::api::prometheus
