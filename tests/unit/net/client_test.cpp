#include "net/client.h"

#include <gtest/gtest.h>

#include "net/gzip.h"
#include "net/server.h"
#include "net/url.h"
#include "raw_peer.h"

namespace oreum::net::test {
namespace {

TEST(Client, SendsWhatItIsGivenAndUnpacksTheAnswer) {
  const auto server = serve([](const Request& request, const std::unique_ptr<Responder>& responder) {
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.header("x-test"), "v");
    EXPECT_EQ(request.header("accept-encoding"), "gzip");
    EXPECT_EQ(request.param("q"), "a b&c");
    responder->send({201, {{"Content-Type", "text/plain"}}, request.body + std::string(5000, 'x')});
  });
  const Result<Response> r = fetch({.method = "PUT",
                                    .url = url_of(*server, "/p?q=" + url_encode("a b&c")),
                                    .headers = {{"X-Test", "v"}},
                                    .body = std::string(1 << 20, 'b')});
  ASSERT_TRUE(r) << r.error().to_string();
  EXPECT_EQ(r->status, 201);
  EXPECT_EQ(r->body.size(), (size_t{1} << 20) + 5000);
}

TEST(Client, AnyStatusIsAnAnswer) {
  const auto server =
      serve([](const Request&, const std::unique_ptr<Responder>& r) { r->send({404, {}, "not here"}); });
  EXPECT_EQ(fetch({.url = url_of(*server, "/")})->status, 404);
  const Result<Response> head = fetch({.method = "HEAD", .url = url_of(*server, "/")});
  ASSERT_TRUE(head) << head.error().to_string();
  EXPECT_EQ(head->body, "");
}

TEST(Client, SaysWhenNothingAnswers) {
  uint16_t port = 0;
  {
    port = CannedServer("").port();
  }
  const Result<Response> r = fetch({.url = "http://127.0.0.1:" + std::to_string(port) + "/x"});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code(), Code::kUnavailable);
  EXPECT_NE(r.error().to_string().find("is Oreum running?"), std::string::npos);
}

TEST(Client, GivesUpInTime) {
  const CannedServer silent("");
  const Result<Response> r = fetch({.url = silent.url(), .timeout = std::chrono::milliseconds(20)});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code(), Code::kDeadlineExceeded);
}

TEST(Client, RefusesWhatItCannotAsk) {
  EXPECT_EQ(fetch({.url = "https://localhost/"}).error().code(), Code::kUnimplemented);
  for (const char* bad : {"", "localhost", "ftp://x/", "http://", "http:///x", "http://h:0/", "http://h:x/",
                          "http://h:99999/", "http://h/a b", "http://h/\r\nX: y"}) {
    const Result<Response> r = fetch({.url = bad});
    ASSERT_FALSE(r) << bad;
    EXPECT_EQ(r.error().code(), Code::kInvalidArgument) << bad;
  }
  EXPECT_EQ(fetch({.url = "http://127.0.0.1:1/", .headers = {{"A", "b\r\nC: d"}}}).error().code(),
            Code::kInvalidArgument);
}

TEST(Client, AnAnswerThatIsNoHttpIsAnError) {
  for (const char* answer : {"garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 2",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip"}) {
    const CannedServer server(answer);
    EXPECT_FALSE(fetch({.url = server.url()})) << answer;
  }
}

TEST(Client, AnswersOfEveryFramingAreRead) {
  const CannedServer chunked(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(fetch({.url = chunked.url()})->body, "abcde");
  const CannedServer until_close("HTTP/1.0 200 OK\r\n\r\nall that comes");
  EXPECT_EQ(fetch({.url = until_close.url()})->body, "all that comes");
}

TEST(Url, PartsAreFound) {
  const Result<Url> six = parse_url("http://[::1]:8000?a=b#c");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->port, 8000);
  EXPECT_EQ(six->authority, "[::1]:8000");
  EXPECT_EQ(six->target, "/?a=b");
  EXPECT_EQ(parse_url("http://h")->port, 80);
  EXPECT_EQ(parse_url("http://[::1]")->host, "::1");
}

}  // namespace
}  // namespace oreum::net::test
