// The remote-read decoder: the bytes as they are, and as the protobuf inside a good block.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "encoding/remote_read.h"
#include "encoding/snappy_block.h"

namespace {

void decode(std::string_view body) {
  oreum::encoding::RemoteReadLimits limits;
  limits.decoded_bytes = 1 << 20;
  limits.queries = 10;
  const auto request = oreum::encoding::decode_read_request(body, limits);
  if (request) OREUM_CHECK(request->queries.size() <= limits.queries, "the limits hold");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  decode(bytes);
  decode(oreum::encoding::pack_snappy(bytes));
  return 0;
}
