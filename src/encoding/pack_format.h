// What writer and reader of packs share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oreum::encoding {

inline constexpr uint8_t kPackFormat = 0;
inline constexpr size_t kPackChecksumSize = 4;

/// Appends the checksum of `bytes` to `out`, which may be the same.
void append_checksum(std::string& out, std::string_view bytes);

}  // namespace oreum::encoding
