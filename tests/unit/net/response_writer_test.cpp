#include "net/response_writer.h"

#include <gtest/gtest.h>

#include "net/gzip.h"
#include "net/problem.h"

namespace oreum::net {
namespace {

std::string head_of(const Response& response, Framing framing = Framing::kLength, bool keep_alive = true) {
  std::string out;
  RequestTraits traits;
  traits.id = "id-1";
  append_head(out, response, traits, framing, keep_alive, "DATE");
  return out;
}

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "none";
}

TEST(ResponseWriter, AHeadIsComplete) {
  EXPECT_EQ(head_of({404, {{"Content-Type", "text/plain"}}, "gone"}),
            "HTTP/1.1 404 Not Found\r\nDate: DATE\r\nServer: Oreum\r\nX-Request-Id: id-1\r\n"
            "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\n");
  EXPECT_TRUE(head_of({}, Framing::kChunked).ends_with("Transfer-Encoding: chunked\r\n\r\n"));
  EXPECT_TRUE(head_of({}, Framing::kUntilClose, false).ends_with("id-1\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(head_of({204, {}, ""}).find("Content-Length"), std::string::npos);
}

TEST(ResponseWriter, NoHeaderForgesAnother) {
  const std::string head = head_of({200, {{"Location", "/a\r\nSet-Cookie: evil=1"}, {"A\nB", "c"}}, ""});
  EXPECT_NE(head.find("Location: /a  Set-Cookie: evil=1\r\n"), std::string::npos);
  EXPECT_NE(head.find("A B: c\r\n"), std::string::npos);
}

TEST(ResponseWriter, TheServersOwnHeadersStandOnce) {
  const std::string head = head_of({200, {{"content-length", "9"}, {"Date", "x"}, {"Connection", "upgrade"}}, "ab"});
  EXPECT_NE(head.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_EQ(head.find("upgrade"), std::string::npos);
  EXPECT_EQ(head.find("content-length"), std::string::npos);
  EXPECT_EQ(head.find("Date: x"), std::string::npos);
}

TEST(ResponseWriter, ALargeTextIsCompressedWhereWelcome) {
  const std::string text(5000, 't');
  RequestTraits gzip_welcome;
  gzip_welcome.accept_gzip = true;
  Response packed{200, {{"Content-Type", "text/plain"}, {"ETag", "\"v1\""}}, text};
  encode_body(packed, gzip_welcome);
  EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(packed, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(packed, "ETag"), "W/\"v1\"");
  EXPECT_EQ(gunzip(packed.body, 10'000).value(), text);

  Response plain{200, {{"Content-Type", "text/plain"}, {"ETag", "\"v1\""}}, text};
  encode_body(plain, {});
  EXPECT_EQ(header(plain, "Content-Encoding"), "none");
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(plain, "ETag"), "\"v1\"");
  EXPECT_EQ(plain.body, text);
}

TEST(ResponseWriter, WhatWouldNotGainStaysAsItIs) {
  RequestTraits gzip_welcome;
  gzip_welcome.accept_gzip = true;
  for (Response response : {Response{200, {{"Content-Type", "text/plain"}}, std::string(1023, 'x')},
                            Response{200, {{"Content-Type", "image/png"}}, std::string(5000, 'x')},
                            Response{200, {}, std::string(5000, 'x')}}) {
    const std::string body = response.body;
    encode_body(response, gzip_welcome);
    EXPECT_EQ(header(response, "Content-Encoding"), "none");
    EXPECT_EQ(header(response, "Vary"), "none");
    EXPECT_EQ(response.body, body);
  }
}

TEST(ResponseWriter, ABodyPackedBeforeIsPassedOn) {
  Response response{
      200, {{"Content-Type", "text/css"}, {"Content-Encoding", "gzip"}, {"Vary", "Origin"}}, std::string(5000, 'x')};
  encode_body(response, {});
  EXPECT_EQ(response.body, std::string(5000, 'x'));
  EXPECT_EQ(response.headers.back(), (std::pair<std::string, std::string>{"Vary", "Accept-Encoding"}));
}

TEST(ResponseWriter, DatesAreAsHttpWritesThem) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Problem, IsJsonWhateverTheDetail) {
  const Response p = problem(400, "a \"quoted\" \\ thing\nand more");
  EXPECT_EQ(p.body, R"({"type":"about:blank","title":"Bad Request","status":400,)"
                    R"("detail":"a \"quoted\" \\ thing\u000aand more"})");
  EXPECT_EQ(header(p, "Content-Type"), "application/problem+json");
}

}  // namespace
}  // namespace oreum::net
