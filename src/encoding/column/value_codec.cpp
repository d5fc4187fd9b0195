#include "encoding/column/value_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "encoding/pack.h"
#include "model/varint.h"

namespace oreum::encoding::column {

using model::append_varint;
using model::read_varint;
using model::unzigzag;
using model::zigzag;

namespace {

// The first byte of a column: reading, whether it is one value throughout, exponent.
constexpr unsigned kConstant = 8;

void append_bits(std::string& out, double v) {
  const auto bits = std::bit_cast<uint64_t>(v);
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(bits >> (8 * i));
}

bool read_bits(std::string_view& bytes, double& v) {
  if (bytes.size() < 8) return false;
  uint64_t bits = 0;
  for (unsigned i = 0; i < 8; ++i) bits |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  std::memcpy(&v, &bits, sizeof v);
  bytes.remove_prefix(8);
  return true;
}

bool all_equal(std::span<const double> values) {
  const auto first = std::bit_cast<uint64_t>(values[0]);
  uint64_t differ = 0;
  constexpr size_t kBlock = 64;  // looked at whole, then whether to go on
  for (size_t i = 0; i < values.size() && differ == 0; i += kBlock) {
    const size_t stop = std::min(values.size(), i + kBlock);
    for (size_t k = i; k < stop; ++k) differ |= std::bit_cast<uint64_t>(values[k]) ^ first;
  }
  return differ == 0;
}

/// Walks over the patches at the front of the bytes, and writes them to `v` unless it is null.
bool read_patches(std::string_view& bytes, size_t n, double* v) {
  uint64_t count = 0;
  if (!read_varint(bytes, count) || count > n) return false;
  size_t at = 0;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t gap = 0;
    double value = 0;
    if (!read_varint(bytes, gap) || gap >= n - at || !read_bits(bytes, value)) return false;
    at += gap;
    if (v != nullptr) std::memcpy(v + at, &value, sizeof value);
    if (++at == n && i + 1 < count) return false;
  }
  return true;
}

bool decode_constant(std::string_view bytes, Reading reading, unsigned exponent, size_t n, double* v) {
  double value = 0;
  if (reading == Reading::kBits) {
    if (!read_bits(bytes, value)) return false;
  } else {
    uint64_t z = 0;
    if (!read_varint(bytes, z)) return false;
    const auto k = static_cast<uint64_t>(unzigzag(z));
    to_doubles(reading, exponent, {&k, 1}, &value);
  }
  fill(value, n, v);
  return bytes.empty();
}

}  // namespace

void ValueEncoder::write_patches(std::span<const double> values, std::string& out) const {
  append_varint(out, mantissas_.patches.size());
  uint32_t next = 0;
  for (const uint32_t at : mantissas_.patches) {
    append_varint(out, at - next);
    append_bits(out, values[at]);
    next = at + 1;
  }
}

void ValueEncoder::encode(std::span<const double> values, std::string& out) {
  const bool constant = all_equal(values);
  mantissas_.read(constant ? values.first(1) : values);
  const unsigned reading = static_cast<unsigned>(mantissas_.reading) | mantissas_.exponent << 4U;
  if (constant) {
    const bool decimal = mantissas_.reading != Reading::kBits && mantissas_.patches.empty();
    out += static_cast<char>((decimal ? reading : static_cast<unsigned>(Reading::kBits)) | kConstant);
    if (decimal) {
      append_varint(out, zigzag(mantissas_.k[0]));
    } else {
      append_bits(out, values[0]);
    }
    return;
  }
  integers_.plan(mantissas_.k, mantissas_.reading == Reading::kBits);
  out += static_cast<char>(reading);
  integers_.write_head(!mantissas_.patches.empty(), out);
  if (!mantissas_.patches.empty()) write_patches(values, out);
  integers_.write_body(out);
}

bool decode_values(std::string_view bytes, size_t n, size_t first, size_t last, double* v) {
  if (bytes.empty() || n == 0 || n > kMaxPackChunkSamples || first >= last || last > n) return false;
  const auto head_byte = static_cast<uint8_t>(bytes[0]);
  const auto reading = static_cast<Reading>(head_byte & 7U);
  const unsigned exponent = head_byte >> 4U;
  bytes.remove_prefix(1);
  if (!has_exponent(reading, exponent)) return false;
  if ((head_byte & kConstant) != 0) return decode_constant(bytes, reading, exponent, last - first, v + first);
  IntegerHead head;
  bool patched = false;
  if (!read_integer_head(bytes, head, patched)) return false;
  std::string_view patches = bytes;
  if (patched && !read_patches(bytes, n, nullptr)) return false;
  std::array<uint64_t, kMaxPackChunkSamples> k;
  if (!decode_integers(bytes, head, n, last, k.data()) || (last == n && !bytes.empty())) return false;
  to_doubles(reading, exponent, {k.data() + first, last - first}, v + first);
  return !patched || read_patches(patches, n, v);
}

}  // namespace oreum::encoding::column
