#include "encoding/remote_read.h"

#include <algorithm>
#include <exception>
#include <optional>

#include <fmt/core.h>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "encoding/crc32c.h"
#include "encoding/remote_write_fields.h"
#include "encoding/snappy_block.h"
#include "encoding/xor_chunk.h"
#include "model/varint.h"

namespace oreum::encoding {

namespace {

using model::Matcher;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using protozero::tag_and_type;

constexpr uint32_t bytes_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::length_delimited); }
constexpr uint32_t number_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::varint); }

// prometheus.ReadRequest, Query, LabelMatcher.
constexpr uint32_t kQueries = 1;
constexpr uint32_t kAccepted = 2;
constexpr uint32_t kStart = 1;
constexpr uint32_t kEnd = 2;
constexpr uint32_t kMatchers = 3;
constexpr uint32_t kMatcherType = 1;
constexpr uint32_t kMatcherName = 2;
constexpr uint32_t kMatcherValue = 3;
// prometheus.ReadResponse, QueryResult.
constexpr uint32_t kResults = 1;
constexpr uint32_t kResultSeries = 1;
// prometheus.ChunkedReadResponse, ChunkedSeries, Chunk.
constexpr uint32_t kChunkedSeries = 1;
constexpr uint32_t kQueryIndex = 2;
constexpr uint32_t kChunkedLabels = 1;
constexpr uint32_t kChunks = 2;
constexpr uint32_t kChunkMin = 1;
constexpr uint32_t kChunkMax = 2;
constexpr uint32_t kChunkType = 3;
constexpr uint32_t kChunkData = 4;
constexpr int32_t kXor = 1;

constexpr int32_t kSamplesType = 0;
constexpr int32_t kStreamedChunksType = 1;

constexpr size_t kSamplesOfAChunk = 120;
constexpr size_t kFrameBytes = size_t{1} << 20;

class RequestReader {
 public:
  explicit RequestReader(const RemoteReadLimits& limits) : limits_(limits) {}

  Result<ReadRequest> read(std::string_view message) {
    ReadRequest out;
    std::optional<int32_t> type;  // the first that is known
    const auto accept = [&](int32_t accepted) {
      if (!type && (accepted == kSamplesType || accepted == kStreamedChunksType)) type = accepted;
    };
    pbf_reader in(message.data(), message.size());
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(kQueries): {
          if (out.queries.size() == limits_.queries) return too_many("queries", limits_.queries);
          TRY_ASSIGN(ReadQuery one, query(in.get_message()));
          out.queries.push_back(std::move(one));
          break;
        }
        case bytes_field(kAccepted):
          for (const int32_t accepted : in.get_packed_enum()) accept(accepted);
          break;
        case number_field(kAccepted): accept(in.get_enum()); break;
        default: in.skip();
      }
    }
    out.chunks = type == kStreamedChunksType;
    return out;
  }

 private:
  static Error too_many(std::string_view what, size_t limit) {
    return {Code::kResourceExhausted, fmt::format("the request has more than {} {}", limit, what)};
  }

  Result<ReadQuery> query(pbf_reader in) const {
    ReadQuery out;
    while (in.next()) {
      switch (in.tag_and_type()) {
        case number_field(kStart): out.start.ms = in.get_int64(); break;
        case number_field(kEnd): out.end.ms = in.get_int64(); break;
        case bytes_field(kMatchers): {
          if (out.matchers.size() == limits_.matchers) return too_many("matchers", limits_.matchers);
          TRY_ASSIGN(Matcher one, matcher(in.get_message()));
          out.matchers.push_back(std::move(one));
          break;
        }
        default: in.skip();
      }
    }
    return out;
  }

  static Result<Matcher> matcher(pbf_reader in) {
    Matcher out;
    while (in.next()) {
      switch (in.tag_and_type()) {
        case number_field(kMatcherType): {
          const int32_t type = in.get_enum();
          if (type < 0 || type > 3) {
            return Error(Code::kInvalidArgument, fmt::format("there is no type of matchers {}", type));
          }
          out.op = static_cast<Matcher::Op>(type);
          break;
        }
        case bytes_field(kMatcherName): out.name = in.get_string(); break;
        case bytes_field(kMatcherValue): out.value = in.get_string(); break;
        default: in.skip();
      }
    }
    return out;
  }

  const RemoteReadLimits& limits_;
};

static_assert(static_cast<int>(Matcher::Op::kEqual) == 0 && static_cast<int>(Matcher::Op::kNotRegex) == 3,
              "matchers are numbered as in prometheus.LabelMatcher");

void add_labels(pbf_writer& series, uint32_t field, const model::Labels& labels) {
  for (const model::Label& label : labels) {
    pbf_writer pair(series, field);
    pair.add_string(kLabelName, label.name.data(), label.name.size());
    pair.add_string(kLabelValue, label.value.data(), label.value.size());
  }
}

std::string chunk_message(std::span<const int64_t> t, std::span<const double> v) {
  std::string chunk;
  pbf_writer out(chunk);
  out.add_int64(kChunkMin, t.front());
  out.add_int64(kChunkMax, t.back());
  out.add_enum(kChunkType, kXor);
  out.add_bytes(kChunkData, xor_chunk(t, v));
  return chunk;
}

/// Length, checksum, message.
std::string framed(const std::string& message) {
  std::string frame;
  model::append_varint(frame, message.size());
  const uint32_t crc = crc32c(message);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) frame += static_cast<char>(crc >> shift & 0xFFU);
  return frame + message;
}

}  // namespace

Result<ReadRequest> decode_read_request(std::string_view body, const RemoteReadLimits& limits) {
  TRY_ASSIGN(const std::string message, unpack_snappy(body, limits.decoded_bytes));
  // protozero throws on a damaged message.
  try {
    return RequestReader(limits).read(message);
  } catch (const protozero::exception& e) {
    return Error(Code::kInvalidArgument, fmt::format("the body is not a ReadRequest: {}", e.what()));
  }
}

void ReadResponse::add_series(const model::Labels& labels, std::span<const int64_t> t, std::span<const double> v) {
  pbf_writer result(results_.back());
  pbf_writer series(result, kResultSeries);
  add_labels(series, kSeriesLabels, labels);
  for (size_t i = 0; i < t.size(); ++i) {
    pbf_writer sample(series, kSeriesSamples);
    sample.add_double(kSampleValue, v[i]);
    sample.add_int64(kSampleTime, t[i]);
  }
}

std::string ReadResponse::finish() const {
  std::string message;
  pbf_writer out(message);
  for (const std::string& result : results_) out.add_message(kResults, result);
  return pack_snappy(message);
}

Status write_chunked(const model::Labels& labels, std::span<const int64_t> t, std::span<const double> v, int64_t query,
                     const std::function<Status(std::string frame)>& put) {
  for (size_t at = 0; at < t.size();) {
    std::string series;
    pbf_writer writer(series);
    add_labels(writer, kChunkedLabels, labels);
    for (; at < t.size() && series.size() < kFrameBytes; at += kSamplesOfAChunk) {
      const size_t count = std::min(kSamplesOfAChunk, t.size() - at);
      writer.add_message(kChunks, chunk_message(t.subspan(at, count), v.subspan(at, count)));
    }
    std::string message;
    pbf_writer out(message);
    out.add_message(kChunkedSeries, series);
    out.add_int64(kQueryIndex, query);
    TRY(put(framed(message)));
  }
  return {};
}

}  // namespace oreum::encoding
