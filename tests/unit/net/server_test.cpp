#include "net/server.h"

#include <thread>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "net/client.h"
#include "net/gzip.h"
#include "raw_peer.h"

namespace oreum::net::test {
namespace {

/// Says back what it was asked.
void echo(Request request, std::unique_ptr<Responder> responder) {
  std::string body = fmt::format("{} {}", request.method, request.path);
  for (const auto& [name, value] : request.query) body += fmt::format(" {}={}", name, value);
  responder->send({200, {{"Content-Type", "text/plain"}}, body + " " + request.body});
}

std::string post(std::string_view body, std::string_view headers = "") {
  return fmt::format("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), headers, body);
}

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Server, AConnectionServesManyRequests) {
  const auto server = serve(echo);
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(fmt::format("GET /a%20b?n={} HTTP/1.1\r\nHost: x\r\n\r\n", i));
    const Message m = client.response();
    EXPECT_EQ(m.status, 200);
    EXPECT_EQ(m.body, fmt::format("GET /a b n={} ", i));
    EXPECT_EQ(*m.header("server"), "Oreum");
    EXPECT_EQ(m.header("date")->size(), 29U);
  }
  EXPECT_EQ(server->stats().accepted, 1U);
  EXPECT_EQ(server->stats().connections, 1U);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  const auto server = serve(echo);
  RawClient client(server->port());
  client.send(std::string(kGet) + post("first") + "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.response().body, "GET /a ");
  EXPECT_EQ(client.response().body, "POST /p first");
  const Message last = client.response();
  EXPECT_EQ(last.body, "GET /b ");
  EXPECT_EQ(*last.header("connection"), "close");
  EXPECT_EQ(client.rest(), "");
}

TEST(Server, PipelinedRequestsWaitForAnswersFromAnotherThread) {
  std::vector<std::jthread> threads;
  const auto server = serve([&](Request request, std::unique_ptr<Responder> responder) {
    threads.emplace_back([path = request.path, r = std::move(responder)] { r->send({200, {}, path}); });
  });
  RawClient client(server->port());
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += fmt::format("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", i);
  client.send(requests);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.response().body, fmt::format("/{}", i));
  server->stop(kPatience);
}

TEST(Server, ARequestMayComeByteByByte) {
  const auto server = serve(echo);
  RawClient client(server->port());
  for (const char c : post("slow")) client.send({&c, 1});
  EXPECT_EQ(client.response().body, "POST /p slow");
}

TEST(Server, Http10ClosesUnlessAskedOtherwise) {
  const auto server = serve(echo);
  RawClient closing(server->port());
  closing.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(closing.rest().ends_with("GET /a "));
  RawClient staying(server->port());
  for (int i = 0; i < 2; ++i) {
    staying.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(*staying.response().header("connection"), "keep-alive");
  }
}

TEST(Server, AClientThatHasSaidAllStillGetsItsAnswer) {
  std::jthread later;
  const auto server = serve([&](Request request, std::unique_ptr<Responder> responder) {
    later = std::jthread([path = std::move(request.path), r = std::move(responder)] { r->send({200, {}, path}); });
  });
  RawClient client(server->port());
  client.send("GET /half HTTP/1.1\r\nHost: x\r\n\r\n");
  client.say_no_more();
  EXPECT_EQ(client.response().body, "/half");
  EXPECT_EQ(client.rest(), "");
}

TEST(Server, HeadIsGetWithoutItsBody) {
  const auto server = serve(echo);
  RawClient client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const Message m = client.response(true);
  EXPECT_EQ(*m.header("content-length"), "7");
  EXPECT_EQ(m.body, "");
  client.send(kGet);
  EXPECT_EQ(client.response().body, "GET /a ");
}

TEST(Server, RequestIdsAreKeptOrMade) {
  const auto server = serve([](const Request& request, const std::unique_ptr<Responder>& responder) {
    responder->send({200, {}, request.id});
  });
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-1\r\n\r\n");
  Message m = client.response();
  EXPECT_EQ(m.body, "mine-1");
  EXPECT_EQ(*m.header("x-request-id"), "mine-1");
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: not \"sane\"\r\n\r\n");
  m = client.response();
  EXPECT_EQ(m.body.size(), 16U);
  EXPECT_EQ(*m.header("x-request-id"), m.body);
  client.send(kGet);
  EXPECT_NE(client.response().body, m.body);
}

TEST(Server, TextIsCompressedForWhoTakesIt) {
  const std::string text(100'000, 'z');
  const auto server = serve([&](const Request&, const std::unique_ptr<Responder>& responder) {
    responder->send({200, {{"Content-Type", "text/plain"}}, text});
  });
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
  const Message packed = client.response();
  EXPECT_EQ(*packed.header("content-encoding"), "gzip");
  EXPECT_EQ(gunzip(packed.body, text.size()).value(), text);
  client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\n\r\n");
  const Message plain = client.response();
  EXPECT_EQ(plain.header("content-encoding"), nullptr);
  EXPECT_EQ(*plain.header("vary"), "Accept-Encoding");
  EXPECT_EQ(plain.body, text);
}

TEST(Server, RequestBodiesAreUnpacked) {
  const auto server = serve(echo);
  RawClient client(server->port());
  client.send(post(gzip("packed"), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client.response().body, "POST /p packed");
  client.send(post("as it is", "Content-Encoding: snappy\r\n"));
  EXPECT_EQ(client.response().body, "POST /p as it is");
  client.send(post("garbage", "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client.response().status, 400);
  client.send(post("x", "Content-Encoding: br\r\n"));
  const Message unknown = client.response();
  EXPECT_EQ(unknown.status, 415);
  EXPECT_EQ(*unknown.header("accept-encoding"), "gzip");
  client.send(kGet);
  EXPECT_EQ(client.response().status, 200) << "the connection goes on";
  EXPECT_EQ(server->stats().bad_requests, 2U);
}

TEST(Server, ABombDoesNotGoOff) {
  ServerOptions options;
  options.max_body_bytes = 100'000;
  const auto server = serve(echo, options);
  RawClient client(server->port());
  client.send(post(gzip(std::string(size_t{32} << 20, '\0')), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client.response().status, 413);
}

TEST(Server, RefusalsAreProblemsAndEndTheConnection) {
  ServerOptions options;
  options.max_header_bytes = 1000;
  options.max_body_bytes = 1000;
  const auto server = serve(echo, options);
  const std::vector<std::pair<std::string, int>> cases{
      {"GARBAGE\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(5000, 'a') + "\r\n\r\n", 431},
      {post(std::string(1001, 'x')), 413},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: nine\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: a-miracle\r\n\r\n", 417},
  };
  for (const auto& [request, status] : cases) {
    RawClient client(server->port());
    client.send(request);
    const Message m = client.response();
    EXPECT_EQ(m.status, status) << request.substr(0, 60);
    ASSERT_NE(m.header("content-type"), nullptr);
    EXPECT_EQ(*m.header("content-type"), "application/problem+json");
    EXPECT_EQ(*m.header("connection"), "close");
    EXPECT_NE(m.body.find(fmt::format("\"status\":{}", status)), std::string::npos);
    EXPECT_EQ(client.rest(), "");
  }
  EXPECT_EQ(server->stats().bad_requests, cases.size());
}

TEST(Server, ABrokenTargetIsRefusedAndTheConnectionGoesOn) {
  const auto server = serve(echo);
  RawClient client(server->port());
  for (const char* target : {"/%zz", "/a%00b", "/?a=%f", "nowhere"}) {
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", target));
    EXPECT_EQ(client.response().status, 400) << target;
  }
  client.send(kGet);
  EXPECT_EQ(client.response().status, 200);
}

TEST(Server, TheRefusalOfALargeBodyReachesTheClientThatStillSends) {
  ServerOptions options;
  options.max_body_bytes = 1000;
  const auto server = serve(echo, options);
  RawClient client(server->port());
  client.send(post(std::string(size_t{4} << 20, 'x')));
  EXPECT_EQ(client.response().status, 413);
}

TEST(Server, WhoAsksBeforeSendingTheBodyIsToldToGoOn) {
  ServerOptions options;
  options.max_body_bytes = 1000;
  const auto server = serve(echo, options);
  RawClient client(server->port());
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(client.response().body, "POST /p ok");
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(client.read_to("\r\n").starts_with("HTTP/1.1 413"));
}

TEST(Server, AClientThatGoesInTheMiddleHarmsNobody) {
  const auto server = serve(echo);
  for (const std::string& part : {std::string("GET / HT"), post("whole").substr(0, 60), std::string()}) {
    RawClient client(server->port());
    client.send(part);
  }
  EXPECT_EQ(fetch({.url = url_of(*server, "/after")})->body, "GET /after ");
}

TEST(Server, ADroppedResponderIsA500) {
  const auto server = serve([](const Request&, std::unique_ptr<Responder> responder) { responder.reset(); });
  EXPECT_EQ(fetch({.url = url_of(*server, "/")})->status, 500);
}

TEST(Server, AHandlerThatThrowsIsA500) {
  const auto server = serve([](const Request&, const std::unique_ptr<Responder>&) { throw std::bad_alloc(); });
  EXPECT_EQ(fetch({.url = url_of(*server, "/")})->status, 500);
}

TEST(Server, AnImpossibleStatusIsA500) {
  const auto server = serve([](const Request&, const std::unique_ptr<Responder>& r) { r->send({0, {}, ""}); });
  EXPECT_EQ(fetch({.url = url_of(*server, "/")})->status, 500);
}

TEST(Server, ALargeAnswerArrivesWholeAtASlowReader) {
  std::string body;
  for (int i = 0; body.size() < size_t{16} << 20; ++i) body += fmt::format("{},", i);
  const auto server = serve([&](const Request&, const std::unique_ptr<Responder>& r) { r->send({200, {}, body}); });
  RawClient client(server->port());
  client.send(std::string(kGet) + std::string(kGet));
  EXPECT_EQ(client.response().body, body);
  EXPECT_EQ(client.response().body, body);
}

TEST(Server, ListensWhereItIsTold) {
  for (const char* host : {"localhost", "127.0.0.1", "0.0.0.0"}) {
    ServerOptions options;
    options.host = host;
    const auto server = serve(echo, options);
    EXPECT_EQ(fetch({.url = url_of(*server, "/")})->status, 200) << host;
  }
  ServerOptions six;
  six.host = "[::1]";
  six.port = 0;
  if (const auto server = Server::start(six, echo)) {  // a machine may be without IPv6
    EXPECT_EQ(fetch({.url = fmt::format("http://[::1]:{}/", (*server)->port())})->status, 200);
  }
}

TEST(Server, SaysWhatIsWrongWithAnAddress) {
  ServerOptions options;
  for (const char* host : {"", "example.invalid", "127.0.0.1:80", "1.2.3"}) {
    options.host = host;
    const auto server = Server::start(options, echo);
    ASSERT_FALSE(server) << host;
    EXPECT_EQ(server.error().code(), Code::kInvalidArgument);
  }
  options.host = "192.0.2.1";  // nobody's
  EXPECT_EQ(Server::start(options, echo).error().code(), Code::kInvalidArgument);
}

TEST(Server, APortInUseIsSaidWithTheWayOut) {
  const auto first = serve(echo);
  ServerOptions options;
  options.port = first->port();
  const auto second = Server::start(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::kUnavailable);
  EXPECT_NE(second.error().message().find("in use"), std::string::npos);
  EXPECT_NE(second.error().message().find("--listen"), std::string::npos);
}

}  // namespace
}  // namespace oreum::net::test
