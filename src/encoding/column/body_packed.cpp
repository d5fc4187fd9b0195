// Blocks of 64 numbers, each after a byte with their width in bits.
#include <algorithm>

#include "encoding/column/bits.h"
#include "encoding/column/body.h"

namespace oreum::encoding::column {

namespace {

constexpr size_t kBlock = 64;

unsigned width_of(std::span<const uint64_t> block) {
  uint64_t bits = 0;
  for (const uint64_t v : block) bits |= v;
  return bit_length(bits);
}

template <typename Use>
void each_block(std::span<const uint64_t> z, Use use) {
  for (size_t i = 0; i < z.size(); i += kBlock) use(z.subspan(i, std::min(kBlock, z.size() - i)));
}

size_t packed_size(Residuals& r) {
  size_t bytes = 0;
  each_block(r.z, [&](std::span<const uint64_t> block) { bytes += 1 + (width_of(block) * block.size() + 7) / 8; });
  return bytes;
}

void packed_encode(Residuals& r, std::string& out) {
  each_block(r.z, [&](std::span<const uint64_t> block) {
    const unsigned width = width_of(block);
    out += static_cast<char>(width);
    BitWriter bits(out);
    for (const uint64_t v : block) bits.put(v, width);
    bits.flush();
  });
}

bool packed_decode(std::string_view& bytes, size_t n, size_t want, uint64_t* z) {
  for (size_t i = 0; i < want; i += kBlock) {
    const size_t count = std::min(kBlock, n - i);
    if (bytes.empty()) return false;
    const unsigned width = static_cast<uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    const size_t size = (width * count + 7) / 8;
    if (width > 64 || size > bytes.size()) return false;
    for (size_t k = 0; k < count; ++k) z[i + k] = bits_at(bytes_of(bytes), k * width, width);
    bytes.remove_prefix(size);
  }
  return true;
}

}  // namespace

const BodyKind kPacked{packed_size, packed_encode, packed_decode};

}  // namespace oreum::encoding::column
