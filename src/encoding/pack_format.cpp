#include "encoding/pack_format.h"

#include <xxhash.h>

namespace oreum::encoding {

uint32_t pack_checksum(std::string_view bytes) {
  return static_cast<uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

void append_checksum(std::string& out, std::string_view bytes) {
  const uint32_t sum = pack_checksum(bytes);
  for (unsigned i = 0; i < kPackChecksumSize; ++i) out += static_cast<char>(sum >> (8 * i));
}

bool checksum_follows(std::string_view bytes) {
  const char* behind = bytes.data() + bytes.size();
  uint32_t sum = 0;
  for (unsigned i = 0; i < kPackChecksumSize; ++i) sum |= uint32_t{static_cast<unsigned char>(behind[i])} << (8 * i);
  return sum == pack_checksum(bytes);
}

}  // namespace oreum::encoding
