#include "encoding/chunk.h"

#include <limits>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/sample.h"

namespace oreum::encoding {
namespace {

struct Decoded {
  RawVector<int64_t> t;
  RawVector<double> v;
};

/// Values that break codecs, beside ordinary ones.
rc::Gen<double> any_value() {
  return rc::gen::oneOf(
      rc::gen::map(rc::gen::arbitrary<uint64_t>(), [](uint64_t bits) { return std::bit_cast<double>(bits); }),
      rc::gen::map(rc::gen::inRange(-1000, 100000), [](int k) { return k / 100.0; }),
      rc::gen::map(rc::gen::inRange(-5, 5), [](int k) { return static_cast<double>(k); }),
      rc::gen::element(model::stale_marker(), std::numeric_limits<double>::infinity(),
                       -std::numeric_limits<double>::infinity(), -0.0, 0.0, 5e-324, -5e-324, 1.7976931348623157e308,
                       std::bit_cast<double>(0x7ff8000000000001U), std::bit_cast<double>(0xfff8000000000000U),
                       9007199254740992.0, 9007199254740991.0, -9007199254740993.0, 0.1, 1e17));
}

rc::Gen<std::map<int64_t, double>> any_samples() {
  const auto time = rc::gen::oneOf(
      rc::gen::arbitrary<int64_t>(), rc::gen::inRange<int64_t>(-50, 50),
      rc::gen::map(rc::gen::inRange<int64_t>(0, 1000), [](int64_t k) { return k * 1000; }),
      rc::gen::element(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), int64_t{0}));
  return rc::gen::nonEmpty(rc::gen::container<std::map<int64_t, double>>(time, any_value()));
}

void round_trip(const Decoded& in) {
  const std::string bytes = encode_chunk(in.t, in.v);
  Decoded out;
  RC_ASSERT(decode_chunk(bytes, out.t, out.v).has_value());
  RC_ASSERT(out.t == in.t);
  RC_ASSERT(std::equal(in.v.begin(), in.v.end(), out.v.begin(), out.v.end(), model::same_bits));
}

RC_GTEST_PROP(Chunk, RoundTripsToTheBit, ()) {
  Decoded in;
  for (const auto& [t, v] : *any_samples()) {
    in.t.push_back(t);
    in.v.push_back(v);
  }
  round_trip(in);
}

RC_GTEST_PROP(Chunk, RegularSeriesRoundTrip, (int64_t start, std::vector<uint8_t> moves)) {
  RC_PRE(!moves.empty());
  Decoded in;
  double v = 0;
  int64_t t = start / 4;
  for (const uint8_t move : moves) {
    in.t.push_back(t += 1000 + move % 3);
    in.v.push_back(v += move / 100.0);
  }
  round_trip(in);
}

RC_GTEST_PROP(Chunk, AGrowingChunkIsReadableAtEveryLength, (std::vector<double> values)) {
  ChunkBuilder builder;
  Decoded expected;
  uint64_t digest = 0;
  for (const double v : values) {
    const TimestampMs t{static_cast<int64_t>(expected.t.size()) * 1000};
    builder.append(t, v);
    expected.t.push_back(t.ms);
    expected.v.push_back(v);
    digest += sample_hash(t, v);
    Decoded out;
    RC_ASSERT(builder.decode(out.t, out.v).has_value());
    RC_ASSERT(out.t == expected.t);
    RC_ASSERT(std::equal(out.v.begin(), out.v.end(), expected.v.begin(), expected.v.end(), model::same_bits));
    RC_ASSERT(builder.digest() == digest);
    RC_ASSERT(builder.last_t() == t);
    RC_ASSERT(builder.count() == expected.t.size());
  }
}

RC_GTEST_PROP(Chunk, AnyFlippedByteOrLostTailIsDataLoss, (uint8_t flip)) {
  RC_PRE(flip != 0);
  Decoded in;
  for (const auto& [t, v] : *any_samples()) {
    in.t.push_back(t);
    in.v.push_back(v);
  }
  const std::string good = encode_chunk(in.t, in.v);
  std::string bad = good;
  const auto at = *rc::gen::inRange<size_t>(0, good.size());
  bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(flip));
  Decoded out{{7}, {7}};
  const Status status = decode_chunk(bad, out.t, out.v);
  RC_ASSERT(!status.has_value());
  RC_ASSERT(status.error().code() == Code::kDataLoss);
  RC_ASSERT(out.t == RawVector<int64_t>{7});
  RC_ASSERT(!decode_chunk(std::string_view(good).substr(0, at), out.t, out.v).has_value());
}

TEST(Chunk, EmptyGarbageAndUnknownFormatsAreRefused) {
  Decoded out;
  for (const std::string& bytes : {std::string(), std::string("x"), std::string(4, '\0'), std::string(100, '\xFF'),
                                   std::string("\x01\xFF\xFF\xFF\xFF\x0F", 6)}) {
    const Status status = decode_chunk(bytes, out.t, out.v);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::kDataLoss);
  }
}

TEST(Chunk, StaysSmall) {
  Decoded constant;
  Decoded counter;
  for (int i = 0; i < 600; ++i) {
    constant.t.push_back(1'700'000'000'000 + i * 1000);
    constant.v.push_back(42);
    counter.t.push_back(1'700'000'000'000 + i * 1000);
    counter.v.push_back(1000.25 + i * 0.25);
  }
  EXPECT_LT(encode_chunk(constant.t, constant.v).size(), 40U);
  EXPECT_LT(encode_chunk(counter.t, counter.v).size(), 2.1 * 600);
}

}  // namespace
}  // namespace oreum::encoding
