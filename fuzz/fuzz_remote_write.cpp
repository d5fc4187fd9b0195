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
