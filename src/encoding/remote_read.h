// Prometheus remote read: the request, and both kinds of answers.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace oreum::encoding {

struct ReadQuery {
  TimestampMs start;
  TimestampMs end;  // inclusive
  std::vector<model::Matcher> matchers;
};

struct ReadRequest {
  std::vector<ReadQuery> queries;
  bool chunks = false;  // streamed chunks are what it likes best of what there is here
};

struct RemoteReadLimits {
  size_t decoded_bytes = size_t{4} << 20;
  size_t queries = 100;
  size_t matchers = 1000;  // of one query
};

/// A snappy block around a prometheus.ReadRequest. kInvalidArgument: it is none; kResourceExhausted: over a limit.
Result<ReadRequest> decode_read_request(std::string_view body, const RemoteReadLimits& limits = {});

/// Builds a prometheus.ReadResponse: begin_result() once a query, then its series.
class ReadResponse {
 public:
  void begin_result() { results_.emplace_back(); }
  void add_series(const model::Labels& labels, std::span<const int64_t> t, std::span<const double> v);
  /// The whole in a snappy block.
  std::string finish() const;

 private:
  std::vector<std::string> results_;
};

/// A series as frames of prometheus.ChunkedReadResponse, each with its length and its CRC before it, of about a
/// megabyte at most. `put` takes them one after the other; its error ends the writing.
Status write_chunked(const model::Labels& labels, std::span<const int64_t> t, std::span<const double> v, int64_t query,
                     const std::function<Status(std::string frame)>& put);

}  // namespace oreum::encoding
