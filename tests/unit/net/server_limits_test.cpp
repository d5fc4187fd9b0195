// Time limits, the limit on connections, and the end. Nothing here waits for a time to pass but for what follows it.
#include <sys/resource.h>

#include <future>
#include <mutex>
#include <thread>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "net/client.h"
#include "net/server.h"
#include "raw_peer.h"

namespace oreum::net::test {
namespace {

using std::chrono::milliseconds;

void ok(const Request& /*request*/, const std::unique_ptr<Responder>& responder) { responder->send({200, {}, "ok"}); }

/// Hands the responder of one request to the test; answers probes itself.
class Held {
 public:
  Handler handler() {
    return [this](const Request& request, std::unique_ptr<Responder> responder) {
      if (request.path == "/probe") return responder->send({200, {}, "alive"});
      promise_.set_value(std::move(responder));
    };
  }
  std::unique_ptr<Responder> take() { return future_.get(); }

 private:
  std::promise<std::unique_ptr<Responder>> promise_;
  std::future<std::unique_ptr<Responder>> future_ = promise_.get_future();
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(ServerTime, ASlowHeaderIsA408) {
  ServerOptions options;
  options.header_timeout = milliseconds(20);
  const auto server = serve(ok, options);
  RawClient client(server->port());
  client.send("GET / HT");
  const Message m = client.response();
  EXPECT_EQ(m.status, 408);
  EXPECT_EQ(client.rest(), "");
}

TEST(ServerTime, ASlowBodyIsA408) {
  ServerOptions options;
  options.body_timeout = milliseconds(20);
  const auto server = serve(ok, options);
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.response().status, 408);
}

TEST(ServerTime, AnIdleConnectionIsClosedWithoutAWord) {
  ServerOptions options;
  options.idle_timeout = milliseconds(20);
  const auto server = serve(ok, options);
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(client.rest(), "");

  options.header_timeout = milliseconds(20);
  const auto strict = serve(ok, options);
  RawClient silent(strict->port());
  EXPECT_EQ(silent.rest(), "");
}

TEST(ServerTime, AHandlerMayTakeLongerThanEveryLimit) {
  Held held;
  ServerOptions options;
  options.header_timeout = options.body_timeout = options.idle_timeout = options.write_timeout = milliseconds(1);
  const auto server = serve(held.handler(), options);
  RawClient client(server->port());
  client.send(kGet);
  const auto responder = held.take();
  RawClient silent(server->port());  // several sweeps pass until this one is closed
  EXPECT_EQ(silent.rest(), "");
  responder->send({200, {}, "late"});
  EXPECT_EQ(client.response().body, "late");
}

TEST(ServerTime, AClientThatReadsNothingIsClosed) {
  ServerOptions options;
  options.write_timeout = milliseconds(20);
  const std::string body(size_t{64} << 20, 'x');
  const auto server =
      serve([&](const Request&, const std::unique_ptr<Responder>& r) { r->send({200, {}, body}); }, options);
  RawClient client(server->port());
  client.send(kGet);
  while (server->stats().connections > 0 || server->stats().accepted == 0) std::this_thread::yield();
  EXPECT_LT(client.rest().size(), body.size());
}

/// One that reads a little, now and then, would else keep an answer in memory for as long as it likes.
TEST(ServerTime, AClientThatReadsSlowlyIsClosed) {
  ServerOptions options;
  options.write_timeout = milliseconds(200);
  options.min_write_rate = uint64_t{1} << 40;
  const std::string body(size_t{64} << 20, 'x');
  const auto server =
      serve([&](const Request&, const std::unique_ptr<Responder>& r) { r->send({200, {}, body}); }, options);
  RawClient client(server->port());
  client.send(kGet);
  size_t got = 0;
  for (size_t n = 1; n > 0; got += n) {
    n = client.some().size();
    std::this_thread::sleep_for(milliseconds(1));  // the reader's pace: nothing waits for it
  }
  EXPECT_LT(got, body.size());
}

TEST(ServerConnections, TooManyAreTurnedAway) {
  ServerOptions options;
  options.max_connections = 2;
  const auto server = serve(ok, options);
  std::vector<std::unique_ptr<RawClient>> inside;
  for (int i = 0; i < 2; ++i) {
    inside.push_back(std::make_unique<RawClient>(server->port()));
    inside.back()->send(kGet);
    EXPECT_EQ(inside.back()->response().status, 200);
  }
  {
    RawClient outside(server->port());
    outside.send(kGet);
    const Message m = outside.response();
    EXPECT_EQ(m.status, 503);
    EXPECT_EQ(*m.header("retry-after"), "1");
    EXPECT_EQ(outside.rest(), "");
  }
  EXPECT_EQ(server->stats().refused, 1U);
  inside[0]->send(kGet);
  EXPECT_EQ(inside[0]->response().status, 200);
  inside.clear();
  while (server->stats().connections > 0) std::this_thread::yield();
  RawClient again(server->port());
  again.send(kGet);
  EXPECT_EQ(again.response().status, 200);
}

TEST(ServerConnections, ServesOnWhenDescriptorsRunOutForAWhile) {
  ServerOptions options;
  options.idle_timeout = milliseconds(200);  // and so a sweep, which tries again, soon
  const auto server = serve(ok, options);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(0);
  ::close(next);
  const rlimit none_after_the_client{static_cast<rlim_t>(next) + 1, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_after_the_client), 0);
  RawClient client(server->port());
  client.send(kGet);
  while (server->stats().accept_failures == 0) std::this_thread::yield();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(client.response().status, 200);
}

TEST(ServerStop, ClosesIdleConnectionsAtOnceAndMayBeRepeated) {
  const auto server = serve(ok);
  RawClient idle(server->port());
  idle.send(kGet);
  EXPECT_EQ(idle.response().status, 200);
  RawClient half(server->port());
  half.send("GET / HT");
  server->stop(kPatience);
  EXPECT_EQ(idle.rest(), "");
  EXPECT_EQ(half.rest(), "");
  server->stop(kPatience);
  EXPECT_EQ(fetch({.url = url_of(*server, "/")}).error().code(), Code::kUnavailable);
}

TEST(ServerStop, WaitsForARunningRequest) {
  Held held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(std::string(kGet) + std::string(kGet));
  auto responder = held.take();
  std::thread stopper([&] { server->stop(kPatience); });
  while (fetch({.url = url_of(*server, "/probe")})) {
  }  // until nobody listens
  responder->send({200, {}, "the last"});
  const Message m = client.response();
  EXPECT_EQ(m.body, "the last");
  EXPECT_EQ(*m.header("connection"), "close");
  EXPECT_EQ(client.rest(), "") << "the pipelined one is not begun";
  stopper.join();
}

TEST(ServerStop, LeavesARequestBehindAfterTheGrace) {
  Held held;
  auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  const auto responder = held.take();
  server->stop(milliseconds(0));
  EXPECT_EQ(client.rest(), "");
  server.reset();
  responder->send({200, {}, "too late, and harmless"});
}

TEST(ServerStop, ADroppedResponderMayOutliveTheServer) {
  Held held;
  auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  auto responder = held.take();
  server.reset();
  responder.reset();
  EXPECT_EQ(client.rest(), "");
}

TEST(ServerStop, AHandlerMayAskForIt) {
  std::unique_ptr<Server> server;
  server = serve([&](const Request&, const std::unique_ptr<Responder>& responder) {
    server->stop(kPatience);
    responder->send({200, {}, "bye"});
  });
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_EQ(client.response().body, "bye");
  EXPECT_EQ(client.rest(), "");
  server->stop(kPatience);
}

TEST(ServerStop, ManyThreadsMayAnswerAndStopAtOnce) {
  for (int round = 0; round < 10; ++round) {
    std::mutex mu;
    std::vector<std::unique_ptr<Responder>> held;
    auto server = serve([&](const Request&, std::unique_ptr<Responder> responder) {
      const std::scoped_lock lock(mu);
      held.push_back(std::move(responder));
    });
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(std::make_unique<RawClient>(server->port()));
      clients.back()->send(kGet);
    }
    const auto count = [&] {
      const std::scoped_lock lock(mu);
      return held.size();
    };
    while (count() < clients.size()) std::this_thread::yield();
    std::vector<std::jthread> threads;
    for (auto& responder : held) {
      threads.emplace_back([r = std::move(responder)] { r->send({200, {}, "ok"}); });
    }
    threads.emplace_back([&] { server->stop(milliseconds(50)); });
    threads.emplace_back([&] { server->stop(milliseconds(0)); });
  }
}

}  // namespace
}  // namespace oreum::net::test
