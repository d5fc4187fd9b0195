// The remote-write decoder: the bytes as they are (mostly damaged snappy), and as the protobuf inside a good block.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <snappy.h>

#include "base/check.h"
#include "encoding/remote_write.h"

namespace {

void decode(std::string_view body) {
  oreum::encoding::RemoteWriteLimits limits;
  limits.decoded_bytes = 1 << 20;
  limits.samples = 1000;
  const auto request = oreum::encoding::decode_remote_write(body, limits);
  // Twice, so that the second time the label sets are known.
  oreum::encoding::SeriesCache cache;
  oreum::encoding::RemoteWriteDecoder decoder(&cache, limits);
  for (int i = 0; i < 2; ++i) {
    const oreum::Status cached = decoder.decode(body);
    OREUM_CHECK(cached.has_value() == request.has_value(), "a cache changes nothing");
    if (!cached) continue;
    OREUM_CHECK(decoder.result().batch.ids() == request->batch.ids(), "a cache changes no series");
    OREUM_CHECK(decoder.result().batch.times() == request->batch.times(), "a cache changes no times");
    OREUM_CHECK(decoder.result().invalid_series == request->invalid_series, "a cache hides nothing bad");
  }
  if (!request) return;
  OREUM_CHECK(request->batch.size() <= limits.samples, "the limits hold");
  // What was decoded can be said again, and then means the same.
  const auto again = oreum::encoding::decode_remote_write(oreum::encoding::encode_remote_write(request->batch));
  OREUM_CHECK(again && again->batch.ids() == request->batch.ids(), "a decoded request encodes to itself");
  OREUM_CHECK(again->batch.times() == request->batch.times(), "with its times");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const char* bytes = reinterpret_cast<const char*>(data);
  decode(std::string_view(bytes, size));
  std::string block;
  snappy::Compress(bytes, size, &block);
  decode(block);
  return 0;
}
