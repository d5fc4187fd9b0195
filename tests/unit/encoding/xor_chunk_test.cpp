#include "encoding/xor_chunk.h"

#include <bit>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "encoding/crc32c.h"
#include "model/varint.h"

namespace oreum::encoding {
namespace {

/// Reads a chunk back, as its format is documented.
class Reader {
 public:
  explicit Reader(std::string_view chunk) : bytes_(chunk.substr(2)) {
    count_ = static_cast<size_t>(static_cast<unsigned char>(chunk[0])) << 8U | static_cast<unsigned char>(chunk[1]);
  }

  void read(std::vector<int64_t>& t, std::vector<uint64_t>& v) {
    uint64_t delta = 0;
    uint64_t value = 0;
    for (size_t i = 0; i < count_; ++i) {
      if (i == 0) {
        t.push_back(model::unzigzag(varint()));
        value = bits(64);
      } else {
        delta = i == 1 ? varint() : delta + static_cast<uint64_t>(difference());
        t.push_back(static_cast<int64_t>(static_cast<uint64_t>(t.back()) + delta));
        value ^= change();
      }
      v.push_back(value);
    }
  }
  size_t left() const { return (bytes_.size() * 8) - at_; }

 private:
  uint64_t bits(unsigned count) {
    uint64_t out = 0;
    for (; count > 0; --count, ++at_) {
      RC_ASSERT(at_ < bytes_.size() * 8);
      out = out << 1U | (static_cast<unsigned char>(bytes_[at_ / 8]) >> (7 - at_ % 8) & 1U);
    }
    return out;
  }
  uint64_t varint() {
    uint64_t out = 0;
    for (unsigned shift = 0;; shift += 7) {
      const uint64_t byte = bits(8);
      out |= (byte & 0x7FU) << shift;
      if (byte < 0x80) return out;
    }
  }
  int64_t difference() {
    unsigned ones = 0;
    while (ones < 4 && bits(1) == 1) ++ones;
    constexpr unsigned kSizes[] = {0, 14, 17, 20, 64};
    const unsigned size = kSizes[ones];
    if (size == 0) return 0;
    const uint64_t raw = bits(size);
    if (size < 64 && raw > uint64_t{1} << (size - 1)) return static_cast<int64_t>(raw) - (int64_t{1} << size);
    return static_cast<int64_t>(raw);
  }
  uint64_t change() {
    if (bits(1) == 0) return 0;
    if (bits(1) == 1) {
      leading_ = static_cast<unsigned>(bits(5));
      size_ = static_cast<unsigned>(bits(6));
      if (size_ == 0) size_ = 64;
    }
    return bits(size_) << (64 - leading_ - size_);
  }

  std::string_view bytes_;
  size_t count_ = 0;
  size_t at_ = 0;
  unsigned leading_ = 0;
  unsigned size_ = 0;
};

RC_GTEST_PROP(XorChunk, ReadsBackToTheBit, ()) {
  const auto steps = *rc::gen::container<std::vector<int64_t>>(
      rc::gen::oneOf(rc::gen::just<int64_t>(15'000), rc::gen::inRange<int64_t>(1, 70'000),
                     rc::gen::inRange<int64_t>(1, 3'000'000'000)));
  std::vector<int64_t> t{*rc::gen::inRange<int64_t>(-2'000'000'000'000, 2'000'000'000'000)};
  for (const int64_t step : steps) t.push_back(t.back() + step);
  std::vector<double> v;
  std::vector<uint64_t> wanted;
  for (size_t i = 0; i < t.size(); ++i) {
    const auto value = *rc::gen::oneOf(
        rc::gen::just(1.0), rc::gen::map(rc::gen::inRange(0, 100), [](int x) { return static_cast<double>(x) / 10; }),
        rc::gen::arbitrary<double>());
    v.push_back(value);
    wanted.push_back(std::bit_cast<uint64_t>(value));
  }
  const std::string chunk = xor_chunk(t, v);
  Reader reader(chunk);
  std::vector<int64_t> read_t;
  std::vector<uint64_t> read_v;
  reader.read(read_t, read_v);
  RC_ASSERT(read_t == t);
  RC_ASSERT(read_v == wanted);
  RC_ASSERT(reader.left() < 8);
}

TEST(XorChunk, ConstantsTakeTwoBitsASample) {
  std::vector<int64_t> t;
  for (int i = 0; i < 120; ++i) t.push_back(1'700'000'000'000 + 15'000 * i);
  const std::vector<double> v(120, 7.5);
  EXPECT_LE(xor_chunk(t, v).size(), 2U + 6 + 8 + 3 + 119 * 2 / 8 + 2);
  EXPECT_EQ(xor_chunk({}, {}), std::string(2, '\0'));
}

TEST(Crc32c, IsCastagnolis) {
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);            // the check value of the polynomial
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
}

}  // namespace
}  // namespace oreum::encoding
