#include "encoding/pack.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/sample.h"
#include "support/columns.h"
#include "support/odd_values.h"

namespace oreum::encoding {
namespace {

std::vector<int64_t> grid(size_t n, int64_t first = 1'700'000'000'000, int64_t step = 1000) {
  std::vector<int64_t> t;
  for (size_t i = 0; i < n; ++i) t.push_back(first + static_cast<int64_t>(i) * step);
  return t;
}

std::vector<int64_t> times_of(const Pack& pack, const PackChunk& chunk) {
  std::vector<int64_t> scratch(chunk.count);
  const auto t = pack.times(chunk, scratch.data());
  EXPECT_TRUE(t);
  return t ? std::vector<int64_t>(t->begin(), t->end()) : std::vector<int64_t>();
}

std::vector<uint64_t> bits_of(const Pack& pack, const PackChunk& chunk) {
  std::vector<double> v(size_t{chunk.count} * pack.fields());
  EXPECT_TRUE(pack.values(chunk, v.data()));
  std::vector<uint64_t> bits;
  for (const double value : v) bits.push_back(std::bit_cast<uint64_t>(value));
  return bits;
}

TEST(Pack, HoldsChunksOfManySeriesOverSharedTimes) {
  PackBuilder builder;
  EXPECT_TRUE(builder.empty());
  const auto a = builder.add_times(grid(3));
  const auto b = builder.add_times(grid(2, -5000));
  EXPECT_EQ(builder.add_times(grid(3)), a);
  builder.add(0, a, std::vector<double>{1, 2, 3});
  builder.add(4, b, std::vector<double>{0.5, 0.5});
  builder.add(4, a, std::vector<double>{7, 7, -0.0});
  EXPECT_FALSE(builder.empty());
  EXPECT_GT(builder.bytes(), 0U);
  const auto pack = Pack::open(builder.finish());
  ASSERT_TRUE(pack) << pack.error().to_string();
  EXPECT_TRUE(builder.empty());
  EXPECT_EQ(pack->fields(), 1U);
  ASSERT_EQ(pack->chunks().size(), 3U);
  EXPECT_EQ(pack->of(0).size(), 1U);
  EXPECT_EQ(pack->of(1).size(), 0U);
  ASSERT_EQ(pack->of(4).size(), 2U);
  const PackChunk chunk = pack->of(4)[1];
  EXPECT_EQ(chunk.index, 2U);
  EXPECT_EQ(chunk.t_min, 1'700'000'000'000);
  EXPECT_EQ(chunk.t_max, 1'700'000'002'000);
  EXPECT_EQ(times_of(*pack, chunk), grid(3));
  EXPECT_EQ(times_of(*pack, pack->of(4)[0]), grid(2, -5000));
  EXPECT_EQ(bits_of(*pack, chunk), (std::vector<uint64_t>{0x401c000000000000, 0x401c000000000000, 1ULL << 63}));
}

TEST(Pack, AChunkOfARollupHasSeveralColumns) {
  PackBuilder builder(3);
  builder.add(9, builder.add_times(grid(2)), std::vector<double>{1, 2, 10, 20, 0.1, 0.2});
  const auto pack = Pack::open(builder.finish());
  ASSERT_TRUE(pack);
  EXPECT_EQ(pack->fields(), 3U);
  std::vector<double> v(6);
  ASSERT_TRUE(pack->values(pack->chunks()[0], v.data()));
  EXPECT_EQ(v, (std::vector<double>{1, 2, 10, 20, 0.1, 0.2}));
}

TEST(Pack, ABuilderIsUsedAgain) {
  PackBuilder builder;
  std::string first;
  for (int round = 0; round < 2; ++round) {
    builder.add(5, builder.add_times(grid(3)), std::vector<double>{1, 2, 3});
    const std::string bytes = builder.finish();
    if (round == 0) first = bytes;
    EXPECT_EQ(bytes, first);
  }
}

TEST(Pack, AnEmptyPackIsAPack) {
  PackBuilder builder;
  const auto pack = Pack::open(builder.finish());
  ASSERT_TRUE(pack);
  EXPECT_TRUE(pack->chunks().empty());
}

RC_GTEST_PROP(Pack, RoundTripsToTheBit, (std::vector<uint64_t> picks)) {
  std::vector<double> v;
  for (const uint64_t pick : picks) v.push_back(test::odd_value(pick));
  RC_PRE(!v.empty());
  PackBuilder builder;
  builder.add(0, builder.add_times(grid(v.size())), v);
  const auto pack = Pack::open(builder.finish());
  RC_ASSERT(pack.has_value());
  std::vector<double> out(v.size());
  RC_ASSERT(pack->values(pack->chunks()[0], out.data()).has_value());
  RC_ASSERT(std::equal(v.begin(), v.end(), out.begin(), out.end(), model::same_bits));
}

TEST(Pack, ExtremesOfTimeAreTimes) {
  const std::vector<int64_t> t{std::numeric_limits<int64_t>::min(), -1, 0, std::numeric_limits<int64_t>::max()};
  PackBuilder builder;
  builder.add(0, builder.add_times(t), std::vector<double>{1, 2, 3, 4});
  const auto pack = Pack::open(builder.finish());
  ASSERT_TRUE(pack);
  EXPECT_EQ(times_of(*pack, pack->chunks()[0]), t);
}

/// Whatever is read from damaged bytes is what was written, or an error.
void expect_no_wrong_value(const std::string& bytes, const std::vector<int64_t>& t, const std::vector<double>& v) {
  const auto pack = Pack::open(bytes);
  if (!pack) {
    EXPECT_EQ(pack.error().code(), Code::kDataLoss);
    return;
  }
  for (const PackChunk& chunk : pack->chunks()) {
    ASSERT_LE(chunk.count, kMaxPackChunkSamples);
    std::vector<int64_t> times(chunk.count);
    std::vector<double> values(chunk.count);
    const auto read = pack->times(chunk, times.data());
    EXPECT_TRUE(!read || std::ranges::equal(*read, t));
    EXPECT_TRUE(!pack->values(chunk, values.data()) || values == v);
  }
}

TEST(Pack, DamageIsToldAtEveryByte) {
  const std::vector<int64_t> t = test::times_of(test::time_styles()[1], 80, 1);
  std::vector<double> v;
  for (int i = 0; i < 80; ++i) v.push_back(i * i * 0.37);
  for (const bool constant : {false, true}) {
    if (constant) v.assign(80, 5.0);
    PackBuilder builder;
    builder.add(0, builder.add_times(t), v);
    const std::string bytes = builder.finish();
    for (size_t i = 0; i < bytes.size(); ++i) {
      expect_no_wrong_value(bytes.substr(0, i), t, v);
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string broken = bytes;
        broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
        expect_no_wrong_value(broken, t, v);
      }
    }
    EXPECT_FALSE(Pack::open(bytes + "x"));
  }
}

TEST(Pack, DamageStaysWithItsChunk) {
  PackBuilder builder;
  const uint32_t times = builder.add_times(grid(400));
  const auto& noise = *std::ranges::find(test::column_styles(), std::string("pages"), &test::ColumnStyle::name);
  for (uint32_t series = 0; series < 3; ++series) builder.add(series, times, test::column_of(noise, 400, series));
  std::string bytes = builder.finish();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  const auto pack = Pack::open(bytes);
  ASSERT_TRUE(pack);
  std::vector<double> v(400);
  EXPECT_TRUE(pack->values(pack->of(0)[0], v.data()));
  const Status damaged = pack->values(pack->of(1)[0], v.data());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code(), Code::kDataLoss);
  EXPECT_TRUE(pack->values(pack->of(2)[0], v.data()));
  EXPECT_EQ(times_of(*pack, pack->of(1)[0]), grid(400));
}

TEST(Pack, AnotherFormatIsRefusedByName) {
  std::string bytes = PackBuilder().finish();
  bytes[0] = 99;
  const auto pack = Pack::open(bytes);
  ASSERT_FALSE(pack);
  EXPECT_EQ(pack.error().code(), Code::kDataLoss);
  EXPECT_NE(pack.error().message().find("format 99"), std::string::npos) << pack.error().message();
}

TEST(Pack, AColumnInTheDirectoryCostsTwoBytesBesideItself) {
  const auto size_of = [](uint32_t chunks) {
    PackBuilder builder;
    for (uint32_t i = 0; i < chunks; ++i) {
      builder.add(i / 3, builder.add_times(grid(100, (i % 3) * 1'000'000)), std::vector<double>(100, 7.0));
    }
    return builder.finish().size();
  };
  EXPECT_EQ(size_of(300) - size_of(150), 150U * 3);  // entry, kind, value
}

/// What golden files hold: the same on every machine and for ever.
struct Golden {
  const char* file;
  uint32_t fields;
  std::vector<std::pair<std::vector<int64_t>, std::vector<double>>> chunks;  // each of a series of its own
};

std::vector<Golden> goldens() {
  std::vector<Golden> all{
      {"format-1-short.pack", 1, {}}, {"format-1-long.pack", 1, {}}, {"format-1-rollup.pack", 3, {}}};
  for (const test::ColumnStyle& style : test::column_styles()) {
    all[0].chunks.emplace_back(grid(30), test::column_of(style, 30, 1));
    all[1].chunks.emplace_back(grid(420), test::column_of(style, 420, 2));
  }
  for (const test::TimeStyle& style : test::time_styles()) {
    const auto t = test::times_of(style, 400, 3);
    all[1].chunks.emplace_back(t, test::column_of(test::column_styles()[0], 400, 3));
    all[2].chunks.emplace_back(t, test::column_of(test::column_styles()[11], 1200, 3));
  }
  return all;
}

std::string pack_of(const Golden& golden) {
  PackBuilder builder(golden.fields);
  uint32_t series = 0;
  for (const auto& [t, v] : golden.chunks) {
    builder.add(series, builder.add_times(t), v);
    series += 1 + series % 5;
  }
  return builder.finish();
}

/// Packs once written are readable for ever. OREUM_WRITE_PACKS=FOLDER writes the files anew: for a new format only.
TEST(Pack, GoldenFilesDecode) {
  for (const Golden& golden : goldens()) {
    if (const char* folder = std::getenv("OREUM_WRITE_PACKS")) {
      std::ofstream(std::string(folder) + "/" + golden.file, std::ios::binary) << pack_of(golden);
    }
    std::ifstream in(std::string(OREUM_FIXTURES "/packs/") + golden.file, std::ios::binary);
    const auto pack = Pack::open({std::istreambuf_iterator<char>(in), {}});
    ASSERT_TRUE(pack) << golden.file << ": " << pack.error().to_string();
    ASSERT_EQ(pack->chunks().size(), golden.chunks.size());
    ASSERT_EQ(pack->fields(), golden.fields);
    for (size_t i = 0; i < golden.chunks.size(); ++i) {
      const auto& [t, v] = golden.chunks[i];
      EXPECT_EQ(times_of(*pack, pack->chunks()[i]), t) << golden.file << " " << i;
      std::vector<uint64_t> bits;
      for (const double value : v) bits.push_back(std::bit_cast<uint64_t>(value));
      EXPECT_EQ(bits_of(*pack, pack->chunks()[i]), bits) << golden.file << " " << i;
    }
  }
}

}  // namespace
}  // namespace oreum::encoding
