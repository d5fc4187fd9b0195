// What a request's worker is told of its client while it works.
#include <future>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "net/server.h"
#include "raw_peer.h"

namespace oreum::net::test {
namespace {

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// Keeps the first request for the test; others are answered at once.
class HeldRequest {
 public:
  Handler handler() {
    return [this](Request request, std::unique_ptr<Responder> responder) {
      if (taken_) return responder->send({200, {}, "next"});
      taken_ = true;
      responder_ = std::move(responder);
      promise_.set_value(std::move(request));
    };
  }
  Request take() { return future_.get(); }
  void answer() { responder_->send({200, {}, "late"}); }

 private:
  bool taken_ = false;  // the io thread's
  std::unique_ptr<Responder> responder_;
  std::promise<Request> promise_;
  std::future<Request> future_ = promise_.get_future();
};

TEST(ClientGone, BecomesTrueWhenTheConnectionEnds) {
  HeldRequest held;
  const auto server = serve(held.handler());
  std::optional<RawClient> client(server->port());
  client->send(kGet);
  const Request request = held.take();
  EXPECT_FALSE(*request.client_gone);
  client.reset();
  while (!*request.client_gone) std::this_thread::yield();
  held.answer();  // to nobody
}

TEST(ClientGone, WhoOnlySaysNoMoreIsAnsweredAllTheSame) {
  HeldRequest held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  const Request request = held.take();
  client.say_no_more();
  while (!*request.client_gone) std::this_thread::yield();
  held.answer();
  EXPECT_EQ(client.response().body, "late");
  EXPECT_EQ(client.rest(), "");
}

TEST(ClientGone, APipelinedRequestIsNoEnd) {
  HeldRequest held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  const Request request = held.take();
  client.send(kGet);
  client.send(kGet);
  held.answer();
  EXPECT_EQ(client.response().body, "late");
  EXPECT_EQ(client.response().body, "next");
  EXPECT_EQ(client.response().body, "next");
  EXPECT_FALSE(*request.client_gone);
}

TEST(ClientGone, BecomesTrueWhenTheServerGivesUp) {
  HeldRequest held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  const Request request = held.take();
  server->stop(std::chrono::milliseconds(0));
  EXPECT_TRUE(*request.client_gone);
}

}  // namespace
}  // namespace oreum::net::test
