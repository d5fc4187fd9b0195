// Layout: https://github.com/prometheus/prometheus, documentation of the chunk format. The first time is a zigzag
// varint and the first value 64 bits; the second time is the difference as a varint; from the third on a time is the
// difference of differences in 1, 16, 20, 24 or 68 bits, and a value the XOR with the one before, without its zeros.
#include "encoding/xor_chunk.h"

#include <bit>

#include "base/check.h"
#include "model/varint.h"

namespace oreum::encoding {

namespace {

/// Bits, the highest first.
class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}

  void put(uint64_t bits, unsigned count) {
    while (count > 0) {
      if (free_ == 0) {
        out_ += '\0';
        free_ = 8;
      }
      const unsigned now = count < free_ ? count : free_;
      const auto part = static_cast<unsigned>(bits >> (count - now)) & ((1U << now) - 1U);
      out_.back() = static_cast<char>(static_cast<unsigned char>(out_.back()) | part << (free_ - now));
      free_ -= now;
      count -= now;
    }
  }
  void put_varint(uint64_t v) {
    std::string bytes;
    model::append_varint(bytes, v);
    for (const char byte : bytes) put(static_cast<unsigned char>(byte), 8);
  }

 private:
  std::string& out_;
  unsigned free_ = 0;  // bits of the last byte
};

bool fits(int64_t v, unsigned bits) {
  const int64_t half = int64_t{1} << (bits - 1);
  return v > -half && v <= half;
}

void put_time(BitWriter& out, int64_t difference) {
  if (difference == 0) {
    out.put(0, 1);
  } else if (fits(difference, 14)) {
    out.put(0b10, 2);
    out.put(static_cast<uint64_t>(difference), 14);
  } else if (fits(difference, 17)) {
    out.put(0b110, 3);
    out.put(static_cast<uint64_t>(difference), 17);
  } else if (fits(difference, 20)) {
    out.put(0b1110, 4);
    out.put(static_cast<uint64_t>(difference), 20);
  } else {
    out.put(0b1111, 4);
    out.put(static_cast<uint64_t>(difference), 64);
  }
}

/// Values as XOR with the one before; the window of bits is kept while it fits.
class ValueWriter {
 public:
  void put(BitWriter& out, uint64_t change) {
    if (change == 0) {
      out.put(0, 1);
      return;
    }
    constexpr unsigned kMostLeading = 31;  // five bits
    auto leading = static_cast<unsigned>(std::countl_zero(change));
    const auto trailing = static_cast<unsigned>(std::countr_zero(change));
    if (leading > kMostLeading) leading = kMostLeading;
    if (known_ && leading >= leading_ && trailing >= trailing_) {
      out.put(0b10, 2);
      out.put(change >> trailing_, 64 - leading_ - trailing_);
      return;
    }
    known_ = true;
    leading_ = leading;
    trailing_ = trailing;
    const unsigned size = 64 - leading - trailing;
    out.put(0b11, 2);
    out.put(leading, 5);
    out.put(size & 63U, 6);  // 64 is written as 0
    out.put(change >> trailing, size);
  }

 private:
  bool known_ = false;
  unsigned leading_ = 0;
  unsigned trailing_ = 0;
};

}  // namespace

std::string xor_chunk(std::span<const int64_t> t, std::span<const double> v) {
  OREUM_CHECK(t.size() == v.size() && t.size() <= UINT16_MAX, "a chunk counts its samples in 16 bits");
  std::string out;
  out += static_cast<char>(t.size() >> 8U);
  out += static_cast<char>(t.size() & 0xFFU);
  BitWriter bits(out);
  ValueWriter values;
  uint64_t last_delta = 0;
  for (size_t i = 0; i < t.size(); ++i) {
    const auto value = std::bit_cast<uint64_t>(v[i]);
    if (i == 0) {
      bits.put_varint(model::zigzag(t[0]));
      bits.put(value, 64);
      continue;
    }
    const uint64_t delta = static_cast<uint64_t>(t[i]) - static_cast<uint64_t>(t[i - 1]);
    if (i == 1) {
      bits.put_varint(delta);
    } else {
      put_time(bits, static_cast<int64_t>(delta - last_delta));
    }
    last_delta = delta;
    values.put(bits, value ^ std::bit_cast<uint64_t>(v[i - 1]));
  }
  return out;
}

}  // namespace oreum::encoding
