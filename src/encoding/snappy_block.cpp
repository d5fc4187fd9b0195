#include "encoding/snappy_block.h"

#include <fmt/core.h>
#include <snappy.h>

namespace oreum::encoding {

Result<std::string> unpack_snappy(std::string_view body, size_t limit) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) {
    return Error(Code::kInvalidArgument, "the body is not a snappy block");
  }
  if (size > limit) {
    return Error(Code::kResourceExhausted, fmt::format("the request unpacks to more than {} bytes", limit));
  }
  std::string out;
  if (!snappy::Uncompress(body.data(), body.size(), &out)) {
    return Error(Code::kInvalidArgument, "the body is not a snappy block, or a damaged one");
  }
  return out;
}

std::string pack_snappy(std::string_view text) {
  std::string out;
  snappy::Compress(text.data(), text.size(), &out);
  return out;
}

}  // namespace oreum::encoding
