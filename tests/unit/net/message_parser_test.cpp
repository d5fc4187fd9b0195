#include "net/message_parser.h"

#include <gtest/gtest.h>

namespace oreum::net {
namespace {

using Step = MessageParser::Step;

/// Feeds the bytes in pieces of the size and returns the last step; what is left over is kept, as a session does.
Step feed(MessageParser& parser, std::string_view bytes, size_t piece) {
  std::string data;
  Step step = Step::kNeedMore;
  while (!bytes.empty()) {
    data += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    do {
      std::string_view in = data;
      step = parser.put(in);
      data.erase(0, data.size() - in.size());
    } while (step == Step::kHead);
    if (step == Step::kBad || step == Step::kDone) return step;
  }
  return step;
}

int status_of(std::string_view request) {
  MessageParser parser(MessageParser::Kind::kRequest, {1024, 1000});
  const Step step = feed(parser, request, request.size());
  return step == Step::kBad ? parser.status() : step == Step::kDone ? 200 : 100;
}

TEST(MessageParser, AnySplitOfTheBytesGivesTheSameMessage) {
  const std::string_view text =
      "\r\nPOST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Odd:  some thing \r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n7;ext=1\r\n, world\r\n0\r\nHost: trailer\r\n\r\n";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    MessageParser parser(MessageParser::Kind::kRequest, {});
    ASSERT_EQ(feed(parser, text, piece), Step::kDone) << piece << " " << parser.detail();
    const Message& m = parser.message();
    EXPECT_EQ(m.method, "POST");
    EXPECT_EQ(m.target, "/a?b=c");
    EXPECT_EQ(m.body, "hello, world");
    EXPECT_EQ(m.headers, (Fields{{"host", "x"}, {"x-odd", "some thing"}, {"transfer-encoding", "chunked"}}));
    EXPECT_TRUE(m.keep_alive);
  }
}

TEST(MessageParser, LeavesTheNextMessageAlone) {
  MessageParser parser(MessageParser::Kind::kRequest, {});
  std::string_view in =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(parser.put(in), Step::kHead);
  EXPECT_EQ(parser.put(in), Step::kDone);
  EXPECT_EQ(parser.message().body, "abc");
  parser.reset();
  EXPECT_EQ(parser.put(in), Step::kHead);
  EXPECT_EQ(parser.put(in), Step::kDone);
  EXPECT_EQ(parser.message().target, "/2");
  EXPECT_EQ(parser.message().version, 10);
  EXPECT_TRUE(parser.message().keep_alive);
  EXPECT_TRUE(in.empty());
}

TEST(MessageParser, RefusesWhatIsNoRequest) {
  EXPECT_EQ(status_of("GARBAGE\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost : x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("\x16\x03\x01\x02"), 400);  // TLS
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200);
}

TEST(MessageParser, ALengthThatCanBeReadInTwoWaysIsRefused) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(status_of(head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), 400);
  EXPECT_EQ(status_of(head + "Content-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "Content-Length: 0x3\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "Content-Length: 99999999999999999999\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(status_of(head + "Transfer-Encoding: identity\r\n\r\n"), 501);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(MessageParser, BrokenChunksAreRefused) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(head + "zz\r\nabc\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "3\r\nabcdef\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "-3\r\nabc\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(head + "FFFFFFFFFFFFFFFFF\r\n"), 400);
  EXPECT_EQ(status_of(head + "3;" + std::string(2000, 'e')), 431) << "an extension without end";
  EXPECT_EQ(status_of(head + "0\r\nA: " + std::string(2000, 'e')), 431) << "a trailer without end";
}

TEST(MessageParser, LimitsHold) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'a')), 431);
  EXPECT_EQ(status_of("GET /" + std::string(2000, 'a')), 431);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n"), 413);
  const std::string half = "1F4\r\n" + std::string(500, 'x') + "\r\n";
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(head + half + half + "0\r\n\r\n"), 200);
  EXPECT_EQ(status_of(head + half + half + "1\r\nx\r\n0\r\n\r\n"), 413);
}

TEST(MessageParser, AResponseWithoutLengthEndsWithTheConnection) {
  MessageParser parser(MessageParser::Kind::kResponse, {});
  EXPECT_EQ(feed(parser, "HTTP/1.1 200 OK\r\n\r\nsome body", 4), Step::kNeedMore);
  EXPECT_EQ(parser.finish(), Step::kDone);
  EXPECT_EQ(parser.message().body, "some body");
  EXPECT_EQ(parser.message().status, 200);
}

TEST(MessageParser, AResponseCutShortIsBad) {
  for (const char* text : {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    MessageParser parser(MessageParser::Kind::kResponse, {});
    EXPECT_EQ(feed(parser, text, 1000), Step::kNeedMore) << text;
    EXPECT_EQ(parser.finish(), Step::kBad) << text;
  }
}

}  // namespace
}  // namespace oreum::net
