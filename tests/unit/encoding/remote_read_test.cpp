#include "encoding/remote_read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "encoding/crc32c.h"
#include "encoding/snappy_block.h"
#include "model/varint.h"

namespace oreum::encoding {
namespace {

using protozero::pbf_reader;
using protozero::pbf_writer;
using testing::HasSubstr;

std::string request(std::initializer_list<int32_t> accepted, int32_t matcher_type = 2) {
  std::string message;
  pbf_writer out(message);
  {
    pbf_writer query(out, 1);
    query.add_int64(1, -5);
    query.add_int64(2, 1000);
    pbf_writer matcher(query, 3);
    matcher.add_enum(1, matcher_type);
    matcher.add_string(2, "job");
    matcher.add_string(3, "a.*");
  }
  for (const int32_t type : accepted) out.add_enum(2, type);
  return pack_snappy(message);
}

TEST(RemoteRead, ReadsARequest) {
  const auto read = decode_read_request(request({}));
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->queries.size(), 1U);
  EXPECT_EQ(read->queries[0].start, TimestampMs{-5});
  EXPECT_EQ(read->queries[0].end, TimestampMs{1000});
  EXPECT_EQ(read->queries[0].matchers, (std::vector<model::Matcher>{{model::Matcher::Op::kRegex, "job", "a.*"}}));
  EXPECT_FALSE(read->chunks);
  EXPECT_TRUE(decode_read_request(request({7, 1, 0}))->chunks);  // the first that is known
  EXPECT_FALSE(decode_read_request(request({0, 1}))->chunks);
}

TEST(RemoteRead, RefusesWhatIsNone) {
  for (const std::string& bad : {std::string(), std::string("x"), pack_snappy("\x0A\x7F"), request({}, 4)}) {
    const auto read = decode_read_request(bad);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(decode_read_request(request({}), {.decoded_bytes = 4}).error().code(), Code::kResourceExhausted);
  EXPECT_EQ(decode_read_request(request({}), {.queries = 0}).error().code(), Code::kResourceExhausted);
  EXPECT_EQ(decode_read_request(request({}), {.matchers = 0}).error().code(), Code::kResourceExhausted);
}

TEST(RemoteRead, AnswersSamples) {
  ReadResponse response;
  response.begin_result();
  const std::vector<int64_t> t{1, 2};
  const std::vector<double> v{0.5, -1};
  response.add_series(model::Labels::of({{"a", "b"}}), t, v);
  response.begin_result();
  const auto message = unpack_snappy(response.finish(), 1000);
  ASSERT_TRUE(message);
  pbf_reader in(*message);
  ASSERT_TRUE(in.next(1));
  pbf_reader result = in.get_message();
  ASSERT_TRUE(result.next(1));
  pbf_reader series = result.get_message();
  ASSERT_TRUE(series.next(1));
  pbf_reader label = series.get_message();
  ASSERT_TRUE(label.next(1));
  EXPECT_EQ(label.get_string(), "a");
  ASSERT_TRUE(series.next(2));
  series.skip();
  ASSERT_TRUE(series.next(2));
  pbf_reader sample = series.get_message();
  ASSERT_TRUE(sample.next(1));
  EXPECT_EQ(sample.get_double(), -1);
  ASSERT_TRUE(sample.next(2));
  EXPECT_EQ(sample.get_int64(), 2);
  EXPECT_FALSE(series.next());
  ASSERT_TRUE(in.next(1));
  EXPECT_EQ(in.get_view().size(), 0U);
}

TEST(RemoteRead, StreamsFramesWithChecksums) {
  std::vector<int64_t> t;
  std::vector<double> v;
  for (int i = 0; i < 250; ++i) {
    t.push_back(1000 * i);
    v.push_back(i);
  }
  std::vector<std::string> frames;
  ASSERT_TRUE(write_chunked(model::Labels::of({{"a", "b"}}), t, v, 3, [&](std::string frame) -> Status {
    frames.push_back(std::move(frame));
    return {};
  }));
  ASSERT_EQ(frames.size(), 1U);
  std::string_view rest = frames[0];
  uint64_t size = 0;
  ASSERT_TRUE(model::read_varint(rest, size));
  uint32_t crc = 0;
  for (int i = 0; i < 4; ++i) crc = crc << 8U | static_cast<unsigned char>(rest[static_cast<size_t>(i)]);
  rest.remove_prefix(4);
  ASSERT_EQ(rest.size(), size);
  EXPECT_EQ(crc32c(rest), crc);
  pbf_reader in(rest.data(), rest.size());
  ASSERT_TRUE(in.next(1));
  pbf_reader series = in.get_message();
  std::vector<std::pair<int64_t, int64_t>> spans;
  while (series.next()) {
    if (series.tag() != 2) {
      series.skip();
      continue;
    }
    pbf_reader chunk = series.get_message();
    ASSERT_TRUE(chunk.next(1));
    const int64_t from = chunk.get_int64();
    ASSERT_TRUE(chunk.next(2));
    spans.emplace_back(from, chunk.get_int64());
    ASSERT_TRUE(chunk.next(3));
    EXPECT_EQ(chunk.get_enum(), 1);
  }
  EXPECT_THAT(spans,
              testing::ElementsAre(std::pair(0, 119'000), std::pair(120'000, 239'000), std::pair(240'000, 249'000)));
  ASSERT_TRUE(in.next(2));
  EXPECT_EQ(in.get_int64(), 3);
  const Status stopped =
      write_chunked({}, t, v, 0, [](const std::string&) -> Status { return Error(Code::kCancelled, "enough"); });
  EXPECT_EQ(stopped.error().code(), Code::kCancelled);
}

RC_GTEST_PROP(RemoteRead, GarbageNeverCrashes, (std::string bytes)) {
  const auto read = decode_read_request(pack_snappy(bytes));
  RC_ASSERT(read.has_value() || read.error().code() == Code::kInvalidArgument);
}

}  // namespace
}  // namespace oreum::encoding
