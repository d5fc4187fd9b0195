#include <future>
#include <thread>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "net/client.h"
#include "net/server.h"
#include "raw_peer.h"

namespace oreum::net::test {
namespace {

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

Response event_stream() { return {200, {{"Content-Type", "text/event-stream"}}, ""}; }

/// Hands the stream of one request to the test.
class HeldStream {
 public:
  Handler handler() {
    return [this](const Request&, const std::unique_ptr<Responder>& responder) {
      promise_.set_value(responder->stream(event_stream()));
    };
  }
  std::shared_ptr<Stream> take() { return future_.get(); }

 private:
  std::promise<std::shared_ptr<Stream>> promise_;
  std::future<std::shared_ptr<Stream>> future_ = promise_.get_future();
};

void wait_until_closed(const Stream& stream) {
  while (stream.open()) std::this_thread::yield();
}

TEST(Stream, ChunksArriveAsTheyAreWrittenAndTheConnectionGoesOn) {
  const auto server = serve([](const Request& request, const std::unique_ptr<Responder>& responder) {
    if (request.path != "/stream") return responder->send({200, {}, "plain"});
    const auto stream = responder->stream(event_stream());
    EXPECT_TRUE(stream->write("data: 1\n\n"));
    EXPECT_TRUE(stream->write(""));
    EXPECT_TRUE(stream->write("data: 2\n\n"));
  });
  RawClient client(server->port());
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  const Message m = client.response();
  EXPECT_EQ(*m.header("content-type"), "text/event-stream");
  EXPECT_EQ(m.body, "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(client.response().body, "plain");
}

TEST(Stream, EachPieceIsSentAtOnce) {
  HeldStream held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  auto stream = held.take();
  EXPECT_TRUE(client.read_to("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(stream->write(fmt::format("event {}", i)));
    EXPECT_EQ(client.read_to("\r\n"), "7\r\n");
    EXPECT_EQ(client.read_to("\r\n"), fmt::format("event {}\r\n", i));
  }
  stream.reset();
  EXPECT_EQ(client.read_to("\r\n\r\n"), "0\r\n\r\n");
}

TEST(Stream, AWaitingWriterKeepsPaceWithASlowReader) {
  HeldStream held;
  ServerOptions options;
  options.port = 0;
  options.stream_buffer_bytes = 1000;
  const auto server = *Server::start(options, held.handler());
  RawClient client(server->port());
  client.send(kGet);
  constexpr size_t kPieces = 3000;
  std::jthread writer([stream = held.take()] {
    for (size_t i = 0; i < kPieces; ++i) EXPECT_TRUE(stream->write_waiting(std::string(i % 3000, 'x')));
  });
  const Message m = client.response();
  EXPECT_EQ(m.body.size(), kPieces * (kPieces - 1) / 2);
}

TEST(Stream, AWaitingWriterIsToldWhenTheClientGoes) {
  HeldStream held;
  ServerOptions options;
  options.port = 0;
  options.stream_buffer_bytes = 1000;
  const auto server = *Server::start(options, held.handler());
  auto client = std::make_unique<RawClient>(server->port());
  client->send(kGet);
  const auto stream = held.take();
  std::jthread writer([stream] {
    while (stream->write_waiting(std::string(100'000, 'x'))) {
    }
  });
  client->read_to("\r\n\r\n");
  client.reset();
  writer.join();
  EXPECT_FALSE(stream->open());
}

TEST(Stream, AnAbortedResponseIsNotComplete) {
  HeldStream held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  auto stream = held.take();
  EXPECT_TRUE(stream->write_waiting("a part"));
  client.read_to("a part");
  stream->abort();
  stream.reset();
  EXPECT_EQ(client.rest(), "\r\n");
}

TEST(Stream, AStoppedServerDoesNotCallAnUnfinishedDownloadComplete) {
  HeldStream held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  const auto stream = held.take();
  EXPECT_TRUE(stream->write_waiting("a part"));
  client.read_to("a part");
  server->stop(std::chrono::milliseconds(0));
  EXPECT_EQ(client.rest(), "\r\n");
}

TEST(Stream, Http10EndsWithTheConnection) {
  HeldStream held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  held.take()->write("all of it");
  EXPECT_TRUE(client.rest().ends_with("Connection: close\r\n\r\nall of it"));
}

TEST(Stream, HeadHasNoStream) {
  HeldStream held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.response(true).status, 200);
  const auto stream = held.take();
  wait_until_closed(*stream);
  EXPECT_FALSE(stream->write("x"));
}

TEST(Stream, AClientThatGoesIsNoticedWithoutAWrite) {
  HeldStream held;
  const auto server = serve(held.handler());
  std::shared_ptr<Stream> stream;
  {
    RawClient client(server->port());
    client.send(kGet);
    stream = held.take();
    client.read_to("\r\n\r\n");
    EXPECT_TRUE(stream->open());
  }
  wait_until_closed(*stream);
  EXPECT_FALSE(stream->write("into the void"));
}

TEST(Stream, ASlowClientIsClosedWhenTheBufferIsFull) {
  HeldStream held;
  ServerOptions options;
  options.stream_buffer_bytes = 100'000;
  const auto server = serve(held.handler(), options);
  RawClient client(server->port());
  client.send(kGet);
  const auto stream = held.take();
  const std::string chunk(10'000, 'x');
  size_t written = 0;
  while (stream->write(chunk) && written < size_t{1} << 30) written += chunk.size();
  EXPECT_LT(written, size_t{1} << 30);
  EXPECT_FALSE(stream->open());
  EXPECT_FALSE(stream->write("x"));
  const std::string got = client.rest();
  EXPECT_FALSE(got.ends_with("0\r\n\r\n")) << "a stream cut short must not look complete";
}

TEST(Stream, AClientThatStopsReadingIsClosedAfterTheWriteTimeout) {
  HeldStream held;
  ServerOptions options;
  options.stream_buffer_bytes = size_t{64} << 20;
  options.write_timeout = std::chrono::milliseconds(20);
  const auto server = serve(held.handler(), options);
  RawClient client(server->port());
  client.send(kGet);
  const auto stream = held.take();
  stream->write(std::string(size_t{60} << 20, 'x'));
  wait_until_closed(*stream);
}

TEST(Stream, StopEndsStreamsAtOnce) {
  HeldStream held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  const auto stream = held.take();
  stream->write("last words");
  client.read_to("last words");
  server->stop(kPatience);
  EXPECT_FALSE(stream->open());
  EXPECT_FALSE(stream->write("x"));
  EXPECT_EQ(client.rest(), "\r\n0\r\n\r\n");
}

TEST(Stream, AStreamMayOutliveItsServer) {
  HeldStream held;
  auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  const auto stream = held.take();
  server.reset();
  EXPECT_FALSE(stream->write("x"));
}

TEST(Stream, ThreadsMayWriteAtOnce) {
  HeldStream held;
  const auto server = serve(held.handler());
  RawClient client(server->port());
  client.send(kGet);
  auto stream = held.take();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([stream] {
      for (int i = 0; i < 500; ++i) EXPECT_TRUE(stream->write("0123456789"));
    });
  }
  stream.reset();
  EXPECT_EQ(client.response().body.size(), 20'000U);
}

TEST(FetchStream, TakesPiecesUntilTheEnd) {
  const auto server = serve([](const Request&, const std::unique_ptr<Responder>& responder) {
    const auto stream = responder->stream(event_stream());
    for (int i = 0; i < 10; ++i) stream->write(fmt::format("{},", i));
  });
  std::string got;
  const auto r = fetch_stream({.url = url_of(*server, "/")},
                              [&](std::string_view p) {
                                got += p;
                                return true;
                              },
                              {});
  ASSERT_TRUE(r) << r.error().to_string();
  EXPECT_EQ(r->status, 200);
  EXPECT_EQ(got, "0,1,2,3,4,5,6,7,8,9,");
}

TEST(FetchStream, EndsWhenItsReaderHasEnough) {
  HeldStream held;
  const auto server = serve(held.handler());
  std::thread writer([&] { held.take()->write("enough"); });
  EXPECT_TRUE(fetch_stream({.url = url_of(*server, "/")}, [](std::string_view) { return false; }, {}));
  writer.join();
}

TEST(FetchStream, EndsWhenItIsStopped) {
  HeldStream held;
  const auto server = serve(held.handler());
  std::stop_source stop;
  std::shared_ptr<Stream> stream;
  std::thread writer([&] {
    stream = held.take();
    stream->write("one");
  });
  const auto on_chunk = [&](std::string_view) {
    stop.request_stop();
    return true;
  };
  EXPECT_TRUE(fetch_stream({.url = url_of(*server, "/")}, on_chunk, stop.get_token()));
  writer.join();
  wait_until_closed(*stream);
}

}  // namespace
}  // namespace oreum::net::test
