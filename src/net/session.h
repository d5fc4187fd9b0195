// One connection's life: read a request, have it answered, write the answer, again. Knows no sockets: the Transport
// does, so that this file is the whole protocol and server.cpp the whole of Asio.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/http.h"
#include "net/mailbox.h"
#include "net/message_parser.h"
#include "net/response_writer.h"
#include "net/server.h"
#include "net/stream_queue.h"

namespace oreum::net {

struct IoResult {
  enum class State { kOk, kAgain, kClosed };
  State state = State::kOk;
  size_t bytes = 0;
};

/// A connected, non-blocking byte stream. Used on the io thread only.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual IoResult read(std::span<char> into) = 0;
  virtual IoResult write(std::string_view first, std::string_view second) = 0;
  /// Calls the session's on_readable() / on_writable() once, later, never from within. Asking twice is asking once.
  virtual void want_read() = 0;
  virtual void want_write() = 0;
  virtual void shutdown_write() = 0;
  virtual void close() = 0;
};

class Session;

/// What all sessions of a server share. Used on the io thread only, but for the counter.
class SessionHost {
 public:
  SessionHost(ServerOptions options, Handler handler, std::shared_ptr<Mailbox> mailbox);
  virtual ~SessionHost() = default;
  SessionHost(const SessionHost&) = delete;
  SessionHost& operator=(const SessionHost&) = delete;

  /// The session has closed its transport; it must live on until the running callback ends.
  virtual void on_closed(Session& session) = 0;

  const ServerOptions options;
  const Handler handler;
  const std::shared_ptr<Mailbox> mailbox;
  std::atomic<uint64_t> bad_requests{0};
  bool stopping = false;

  // Buffers that every session uses within one callback and none across two: an idle connection owns none.
  std::string read_buffer;  // only in on_readable()
  std::string head;

  std::string next_id();
  /// The date now, made anew once a second.
  std::string_view date();

 private:
  uint64_t id_state_;
  std::string date_;
  std::time_t date_second_ = -1;
};

/// Used on the io thread only. Held by shared_ptr; responders and streams find it through a weak_ptr.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(SessionHost& host, std::unique_ptr<Transport> transport, std::string remote);

  /// Waits for the first request.
  void start();
  /// Answers with a 503 at once and closes.
  void turn_away();

  void on_readable();
  void on_writable();
  /// Closes or answers what has run out of time.
  void on_tick(Monotonic::time_point now);
  /// Closes unless a request runs, ends streams.
  void on_stop();

  // From responders and streams, through the mailbox.
  void respond(Response response);
  void start_stream(const Response& head, std::shared_ptr<StreamQueue> queue);
  void flush_stream();
  void end_stream();
  void close();

 private:
  enum class State {
    kIdle,       // between requests
    kHead,       // in the middle of a head
    kBody,       // in the middle of a body
    kRunning,    // a responder is out
    kWriting,    // the rest of a response waits for the socket
    kStreaming,  // the head of a stream is sent, chunks come and go
    kLingering,  // all is sent; the client's last bytes are read away so that it gets to see the answer
    kClosed,
  };

  bool reading() const { return state_ == State::kIdle || state_ == State::kHead || state_ == State::kBody; }
  bool unsent() const { return !out_head_.empty() || !out_body_.empty(); }
  void set_deadline(std::chrono::milliseconds timeout, Monotonic::time_point latest = Monotonic::time_point::max()) {
    deadline_ = std::min(Monotonic::now() + timeout, latest);
  }
  void limit_writing(size_t bytes);
  void clear_deadline() { deadline_ = Monotonic::time_point::max(); }

  void receive();
  void discard();
  void watch_client();
  void watch_while_running();
  void process(std::string_view in, bool in_pending);
  void resume();
  void on_head();
  void dispatch();
  Result<Request> make_request(Message& message);
  void run_handler(Request request);
  void refuse(int status, std::string_view detail);
  bool send(std::string_view head, std::string body);
  void on_sent();
  void on_response_sent();
  void linger();

  SessionHost& host_;
  const std::unique_ptr<Transport> transport_;
  const std::string remote_;
  MessageParser parser_;
  State state_ = State::kIdle;
  Monotonic::time_point deadline_ = Monotonic::time_point::max();
  RequestTraits traits_;
  bool keep_alive_ = true;                          // after the present response
  bool processing_ = false;                         // process() is on the stack
  bool unread_ = false;                             // the client may have sent what will never be read
  std::shared_ptr<std::atomic<bool>> client_gone_;  // of the request that runs
  std::string pending_;                             // received, not yet used: part of a head, or pipelined requests
  std::string out_head_;                            // what the socket did not take
  std::string out_body_;
  Monotonic::time_point written_by_;  // an answer must be gone then
  size_t out_sent_ = 0;               // bytes of out_head_ + out_body_ that are gone
  std::shared_ptr<StreamQueue> stream_;
  bool stream_ended_ = false;
};

}  // namespace oreum::net
