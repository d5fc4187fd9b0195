// The decoder of remote write 2.0: the bytes as they are, and as the protobuf inside a good block.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "encoding/remote_write2.h"
#include "encoding/snappy_block.h"

namespace {

void decode(std::string_view body) {
  oreum::encoding::RemoteWriteLimits limits;
  limits.decoded_bytes = 1 << 20;
  limits.samples = 1000;
  const auto request = oreum::encoding::decode_remote_write2(body, limits);
  if (!request) return;
  OREUM_CHECK(request->batch.size() <= limits.samples, "the limits hold");
  // What was decoded means the same as remote write 1.0.
  const auto again = oreum::encoding::decode_remote_write(oreum::encoding::encode_remote_write(request->batch));
  OREUM_CHECK(again && again->batch.ids() == request->batch.ids(), "it is good in version 1");
  OREUM_CHECK(again->batch.times() == request->batch.times(), "with its times");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  decode(bytes);
  decode(oreum::encoding::pack_snappy(bytes));
  return 0;
}
