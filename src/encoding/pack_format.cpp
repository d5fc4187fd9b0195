#include "encoding/pack_format.h"

#include <xxhash.h>

namespace oreum::encoding {

void append_checksum(std::string& out, std::string_view bytes) {
  const auto sum = static_cast<uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
  for (unsigned i = 0; i < kPackChecksumSize; ++i) out += static_cast<char>(sum >> (8 * i));
}

}  // namespace oreum::encoding
