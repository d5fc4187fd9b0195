// CRC-32C (Castagnoli), as Prometheus' streamed answers carry it.
#pragma once

#include <cstdint>
#include <string_view>

namespace oreum::encoding {

uint32_t crc32c(std::string_view bytes);

}  // namespace oreum::encoding
