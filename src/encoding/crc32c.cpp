#include "encoding/crc32c.h"

#include <array>

namespace oreum::encoding {

namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // reflected

consteval std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? kPolynomial ^ (c >> 1U) : c >> 1U;
    table[i] = c;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t c = ~0U;
  for (const char byte : bytes) c = kTable[(c ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ (c >> 8U);
  return ~c;
}

}  // namespace oreum::encoding
