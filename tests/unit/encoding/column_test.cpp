// The columns in packs: every kind of them, and damage that no checksum would tell.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "encoding/column/bits.h"
#include "encoding/column/time_codec.h"
#include "encoding/column/value_codec.h"
#include "encoding/pack.h"
#include "model/sample.h"
#include "support/columns.h"

namespace oreum::encoding::column {
namespace {

using test::column_of;
using test::column_styles;
using test::ColumnStyle;
using test::Random;
using test::time_styles;
using test::times_of;

std::string encoded(std::span<const double> values) {
  ValueEncoder encoder;
  std::string out;
  encoder.encode(values, out);
  return out;
}

/// The places from `first` to before `last` of a column as long as `values`.
bool decoded(std::string bytes, size_t first, size_t last, std::vector<double>& values) {
  const size_t size = bytes.size();
  bytes.append(kReadSlack, '\0');
  return decode_values(std::string_view(bytes).substr(0, size), values.size(), first, last, values.data());
}

bool decoded(std::string bytes, std::vector<double>& values) {
  const size_t n = values.size();
  return decoded(std::move(bytes), 0, n, values);
}

/// As a whole and in parts.
bool comes_back(const std::vector<double>& values) {
  const std::string bytes = encoded(values);
  const size_t n = values.size();
  const std::array<std::pair<size_t, size_t>, 5> parts{
      {{0, n}, {0, 1}, {n / 2, n / 2 + 1}, {n / 3, n - n / 3}, {n - 1, n}}};
  return std::ranges::all_of(parts, [&](const auto& part) {
    const auto [first, last] = part;
    std::vector<double> out(n);
    if (!decoded(bytes, first, last, out)) return false;
    const auto begin = static_cast<std::ptrdiff_t>(first);
    const auto end = static_cast<std::ptrdiff_t>(last);
    return std::equal(values.begin() + begin, values.begin() + end, out.begin() + begin, out.begin() + end,
                      model::same_bits);
  });
}

/// Any length up to the longest, short ones more often.
rc::Gen<size_t> any_length() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 14), rc::gen::arbitrary<uint32_t>()), [](auto p) {
    return 1 + static_cast<size_t>(p.second % std::min<uint32_t>(1U << p.first, kMaxPackChunkSamples));
  });
}

TEST(Column, EveryStyleComesBackToTheBitAtEveryLength) {
  for (const ColumnStyle& style : column_styles()) {
    for (const size_t n : {1U, 2U, 3U, 63U, 64U, 65U, 120U, 383U, 384U, 385U, 1600U, 8191U, 8192U}) {
      ASSERT_TRUE(comes_back(column_of(style, n, n))) << style.name << " of " << n;
    }
  }
}

RC_GTEST_PROP(Column, MixedStylesComeBackToTheBit, (uint64_t seed)) {
  Random random(seed);
  const size_t n = *any_length();
  std::vector<double> values;
  while (values.size() < n) {
    const ColumnStyle& style = column_styles()[random.below(column_styles().size())];
    const size_t more = 1 + random.below(n - values.size());
    for (const double v : column_of(style, more, random.next())) values.push_back(v);
  }
  RC_ASSERT(comes_back(values));
}

RC_GTEST_PROP(Column, AnyBitsComeBack, (std::vector<uint64_t> bits)) {
  RC_PRE(!bits.empty());
  std::vector<double> values;
  for (const uint64_t b : bits) values.push_back(std::bit_cast<double>(b));
  RC_ASSERT(comes_back(values));
}

/// Distances from a column of little numbers are any 64 bits: nothing overflows.
RC_GTEST_PROP(Column, IntegersOfAnySizeComeBack, (uint64_t seed, bool bits)) {
  Random random(seed);
  std::vector<int64_t> k(*any_length());
  const uint64_t scale = random.next() >> random.below(64);
  for (int64_t& v : k) v = static_cast<int64_t>(scale * (random.next() >> random.below(64)));
  IntegerEncoder encoder;
  encoder.plan(k, bits);
  std::string out;
  encoder.write_head(false, out);
  encoder.write_body(out);
  const size_t size = out.size();
  out.append(kReadSlack, '\0');
  std::string_view rest = std::string_view(out).substr(0, size);
  IntegerHead head;
  bool flag = true;
  std::vector<uint64_t> out_k(k.size());
  RC_ASSERT(read_integer_head(rest, head, flag) && decode_integers(rest, head, k.size(), k.size(), out_k.data()) &&
            rest.empty());
  RC_ASSERT(!flag);
  for (size_t i = 0; i < k.size(); ++i) RC_ASSERT(out_k[i] == static_cast<uint64_t>(k[i]));
}

TEST(Column, EveryKindIsTheShortestForSome) {
  std::set<unsigned> readings;
  std::set<unsigned> predictors;
  std::set<unsigned> bodies;
  for (const ColumnStyle& style : column_styles()) {
    for (const size_t n : {3U, 20U, 120U, 1600U}) {
      const std::string bytes = encoded(column_of(style, n, 1));
      readings.insert(static_cast<uint8_t>(bytes[0]) & 7U);
      if ((static_cast<uint8_t>(bytes[0]) & 8U) != 0) continue;
      predictors.insert(static_cast<uint8_t>(bytes[1]) & 7U);
      bodies.insert(static_cast<uint8_t>(bytes[1]) >> 3U & 7U);
    }
  }
  EXPECT_EQ(readings, (std::set<unsigned>{0, 1, 2, 3, 4}));
  EXPECT_EQ(predictors, (std::set<unsigned>{0, 1, 2, 3, 4}));
  EXPECT_EQ(bodies, (std::set<unsigned>{0, 1, 2, 3, 4}));
}

TEST(Column, IsShortWhereItCanBe) {
  const auto size = [](const char* name) {
    for (const ColumnStyle& style : column_styles()) {
      if (style.name == std::string(name)) return encoded(column_of(style, 1600, 1)).size();
    }
    return SIZE_MAX;
  };
  EXPECT_LE(size("constant"), 7U);
  EXPECT_LE(size("constant_decimal"), 2U);
  EXPECT_LE(size("constant_third"), 9U);
  EXPECT_LE(size("steady_counter"), 8U);
  EXPECT_LE(size("few_steps"), 30U);
  EXPECT_LE(size("bits_01"), 260U);       // 1 bit each
  EXPECT_LE(size("some_steps"), 650U);    // of 1600 samples 400 change, by 6.1 bits, at places of 0.81
  EXPECT_LE(size("cents"), 1520U);        // differences of 6.6 bits each are 7.4
  EXPECT_LE(size("nanoseconds"), 2950U);  // 14.3 bits
  EXPECT_LE(size("any_bits"), 1600U * 8 + 300);
}

TEST(Column, TimesOfEveryStyleComeBack) {
  for (const test::TimeStyle& style : time_styles()) {
    for (const size_t n : {1U, 2U, 3U, 64U, 383U, 384U, 1600U, 8192U}) {
      const std::vector<int64_t> t = times_of(style, n, n);
      TimeEncoder encoder;
      std::string bytes;
      encoder.encode(t, bytes);
      const size_t size = bytes.size();
      EXPECT_TRUE(style.name != std::string("regular") || size == 0) << size;
      EXPECT_TRUE(style.name != std::string("jitter") || n != 1600 || size < 1100) << size;
      bytes.append(kReadSlack, '\0');
      std::vector<int64_t> out(n);
      ASSERT_TRUE(decode_times(std::string_view(bytes).substr(0, size), n, t.front(), t.back(), out.data()))
          << style.name << " of " << n;
      EXPECT_EQ(out, t) << style.name << " of " << n;
    }
  }
}

TEST(Column, TimesThatDoNotRiseAreDamage) {
  std::vector<int64_t> out(3);
  EXPECT_FALSE(decode_times("", 3, 5, 5, out.data()));
  EXPECT_FALSE(decode_times("", 3, 5, 8, out.data()));  // no step of 1.5
  EXPECT_TRUE(decode_times("", 3, 5, 9, out.data()));
  EXPECT_FALSE(decode_times("", 1, 5, 9, out.data()));
}

/// Without a checksum before it a decoder meets everything: it may give wrong values then, but does nothing else.
TEST(Column, DamagedBytesDoNoHarm) {
  Random random(7);
  for (const ColumnStyle& style : column_styles()) {
    for (const size_t n : {5U, 120U, 600U}) {
      const std::string bytes = encoded(column_of(style, n, 3));
      std::vector<double> out(n);
      for (size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 60) {
        decoded(bytes.substr(0, i), out);
        std::string broken = bytes;
        broken[i] = static_cast<char>(random.next());
        decoded(broken, out);
      }
      EXPECT_FALSE(decoded(bytes + "x", out)) << style.name;
      EXPECT_FALSE(decoded("", out));
    }
  }
}

}  // namespace
}  // namespace oreum::encoding::column
