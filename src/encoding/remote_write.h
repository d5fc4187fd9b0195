// Prometheus remote write 1.0: a snappy block around a protobuf WriteRequest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "encoding/metric_metadata.h"
#include "encoding/series_cache.h"
#include "model/sample.h"

namespace oreum::encoding {

/// What a request may cost to read. One over a limit is refused whole.
struct RemoteWriteLimits {
  size_t decoded_bytes = size_t{64} << 20;
  size_t samples = 1'000'000;
  size_t labels = 256;          // of one series
  size_t label_bytes = 65'536;  // of one name or value
};

struct RemoteWrite {
  model::Batch batch;
  // Series whose labels break the rules: left out, the rest is good.
  uint64_t invalid_series = 0;
  uint64_t invalid_samples = 0;
  std::string first_invalid;  // why, for a person
  // Read over: what this store does not keep.
  uint64_t exemplars = 0;
  uint64_t histograms = 0;  // native ones
  uint64_t metadata = 0;
  std::vector<MetricMetadata> described;  // what metadata says, but what is no metadata at all
};

/// Reads requests one after the other, keeping its memory. Not thread-safe; the cache may be shared.
class RemoteWriteDecoder {
 public:
  /// `cache` may be null; else it outlives the decoder, and all who share it have the same limits.
  explicit RemoteWriteDecoder(SeriesCache* cache = nullptr, const RemoteWriteLimits& limits = {});
  ~RemoteWriteDecoder();
  RemoteWriteDecoder(const RemoteWriteDecoder&) = delete;
  RemoteWriteDecoder& operator=(const RemoteWriteDecoder&) = delete;

  /// A series needs a __name__ and label names that are not empty and come once, all of it in UTF-8; order is mended
  /// here, labels with an empty value fall away. kInvalidArgument: no snappy, no protobuf; kResourceExhausted: over a
  /// limit.
  Status decode(std::string_view body);
  /// What the last decode() read, if it could; good until the next.
  RemoteWrite& result();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

/// Reads a single request.
Result<RemoteWrite> decode_remote_write(std::string_view body, const RemoteWriteLimits& limits = {});

/// Writes a request; neighbours in the batch that are of one series share its labels.
std::string encode_remote_write(const model::Batch& batch);

}  // namespace oreum::encoding
