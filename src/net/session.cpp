#include "net/session.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <random>
#include <utility>

#include <fmt/core.h>

#include "base/log.h"
#include "net/gzip.h"
#include "net/problem.h"
#include "net/responder.h"
#include "net/text.h"

namespace oreum::net {

namespace {

constexpr size_t kReadBytes = size_t{64} << 10;
constexpr size_t kKeptBytes = size_t{16} << 10;     // a buffer grown beyond it is given back
constexpr size_t kMaxPipelined = size_t{64} << 10;  // taken in while a stream runs
constexpr std::chrono::milliseconds kLinger{1000};

/// SplitMix64 (Steele, Lea, Flood 2014): every state gives another, well spread number.
uint64_t splitmix(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

/// Takes one header out and returns its value.
std::optional<std::string> take_header(Fields& headers, std::string_view name) {
  const auto at = std::ranges::find(headers, name, &Fields::value_type::first);
  if (at == headers.end()) return std::nullopt;
  std::string value = std::move(at->second);
  headers.erase(at);
  return value;
}

/// Undoes the content coding; snappy is remote write's own and stays. kUnimplemented for a coding not known here.
Status decode_body(Message& message, size_t limit) {
  const std::string* coding = message.header("content-encoding");
  if (coding == nullptr || equals_ignoring_case(*coding, "snappy")) return {};
  if (!equals_ignoring_case(*coding, "identity")) {
    if (!equals_ignoring_case(*coding, "gzip") && !equals_ignoring_case(*coding, "x-gzip")) {
      return Error(Code::kUnimplemented, fmt::format("the content coding {} is not known here, gzip is", *coding));
    }
    TRY_ASSIGN(message.body, gunzip(message.body, limit));
  }
  take_header(message.headers, "content-encoding");
  return {};
}

int status_of(const Error& error) {
  switch (error.code()) {
    case Code::kUnimplemented: return 415;
    case Code::kResourceExhausted: return 413;
    default: return 400;
  }
}

}  // namespace

SessionHost::SessionHost(ServerOptions opts, Handler h, std::shared_ptr<Mailbox> m)
    : options(std::move(opts)),
      handler(std::move(h)),
      mailbox(std::move(m)),
      read_buffer(kReadBytes, '\0'),
      id_state_((uint64_t{std::random_device{}()} << 32U) ^ std::random_device{}()) {}

std::string SessionHost::next_id() { return fmt::format("{:016x}", splitmix(id_state_)); }

std::string_view SessionHost::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    date_ = http_date(now);
  }
  return date_;
}

Session::Session(SessionHost& host, std::unique_ptr<Transport> transport, std::string remote)
    : host_(host),
      transport_(std::move(transport)),
      remote_(std::move(remote)),
      parser_(MessageParser::Kind::kRequest, {host.options.max_header_bytes, host.options.max_body_bytes}) {}

void Session::start() {
  set_deadline(host_.options.header_timeout);
  transport_->want_read();
}

void Session::turn_away() {
  traits_.id = host_.next_id();
  keep_alive_ = false;
  state_ = State::kRunning;
  unread_ = true;
  Response response = problem(503, "too many connections are open; try again later");
  response.headers.emplace_back("Retry-After", "1");
  respond(std::move(response));
}

void Session::on_readable() {
  switch (state_) {
    case State::kIdle:
    case State::kHead:
    case State::kBody: receive(); break;
    case State::kStreaming: watch_client(); break;
    case State::kLingering: discard(); break;
    case State::kRunning: watch_while_running(); break;
    case State::kWriting:  // the next want_read() tells again
    case State::kClosed: break;
  }
}

void Session::receive() {
  const IoResult got = transport_->read(host_.read_buffer);
  if (got.state == IoResult::State::kClosed) return close();
  if (got.state == IoResult::State::kAgain) return transport_->want_read();
  const std::string_view data = std::string_view(host_.read_buffer).substr(0, got.bytes);
  if (pending_.empty()) {
    process(data, false);
  } else {
    pending_ += data;
    process(pending_, true);
  }
}

void Session::discard() {
  const IoResult got = transport_->read(host_.read_buffer);
  if (got.state == IoResult::State::kClosed) return close();
  transport_->want_read();
}

/// While a stream runs a client has nothing to say: what comes is its end, or a pipelined request.
void Session::watch_client() {
  const IoResult got = transport_->read(host_.read_buffer);
  if (got.state == IoResult::State::kClosed) return close();
  pending_.append(host_.read_buffer, 0, got.bytes);
  if (pending_.size() < kMaxPipelined) transport_->want_read();
}

/// What comes while a request runs is a pipelined one, or the client's end: who works for it may stop. It is answered
/// all the same, because a client may close its own direction only.
void Session::watch_while_running() {
  const IoResult got = transport_->read(host_.read_buffer);
  if (got.state == IoResult::State::kClosed) {
    if (client_gone_) client_gone_->store(true, std::memory_order_relaxed);
    return;
  }
  pending_.append(host_.read_buffer, 0, got.bytes);
  if (pending_.size() < kMaxPipelined) transport_->want_read();
}

/// Uses up what it can of `in`: several requests when they are pipelined and their handlers answer at once.
void Session::process(std::string_view in, bool in_pending) {
  processing_ = true;
  while (reading() && !(state_ == State::kIdle && in.empty())) {
    if (state_ == State::kIdle) {
      state_ = State::kHead;
      set_deadline(host_.options.header_timeout);
    }
    const MessageParser::Step step = parser_.put(in);
    if (step == MessageParser::Step::kNeedMore) break;
    if (step == MessageParser::Step::kHead) on_head();
    if (step == MessageParser::Step::kDone) dispatch();
    if (step == MessageParser::Step::kBad) refuse(parser_.status(), parser_.detail());
  }
  processing_ = false;
  if (state_ == State::kClosed || state_ == State::kLingering) return;
  if (in_pending) {
    pending_.erase(0, pending_.size() - in.size());
  } else {
    pending_ = in;
  }
  if (pending_.empty() && pending_.capacity() > kKeptBytes) pending_.shrink_to_fit();
  if (reading() || (state_ == State::kRunning && pending_.size() < kMaxPipelined)) transport_->want_read();
}

void Session::resume() {
  if (processing_) return;
  if (pending_.empty()) {
    transport_->want_read();
  } else {
    process(pending_, true);
  }
}

void Session::on_head() {
  state_ = State::kBody;
  set_deadline(host_.options.body_timeout);
  const std::string* expect = parser_.message().header("expect");
  if (expect == nullptr || parser_.message().version == 10) return;
  if (!equals_ignoring_case(*expect, "100-continue")) {
    return refuse(417, "the only expectation known here is 100-continue");
  }
  // A socket that cannot take these few bytes is broken; the next read will say so.
  transport_->write("HTTP/1.1 100 Continue\r\n\r\n", {});
}

/// The server's own refusal of something it cannot read on after: the answer, then the end of the connection.
void Session::refuse(int status, std::string_view detail) {
  host_.bad_requests.fetch_add(1, std::memory_order_relaxed);
  traits_ = RequestTraits();
  traits_.id = host_.next_id();
  keep_alive_ = false;
  state_ = State::kRunning;
  unread_ = true;
  respond(problem(status, detail));
}

void Session::dispatch() {
  state_ = State::kRunning;
  clear_deadline();
  Message& message = parser_.message();
  traits_.head = message.method == "HEAD";
  traits_.http10 = message.version == 10;
  keep_alive_ = message.keep_alive;
  const std::string* codings = message.header("accept-encoding");
  traits_.accept_gzip = codings != nullptr && accepts_gzip(*codings);
  const std::string* id = message.header("x-request-id");
  traits_.id = id != nullptr && is_sane_id(*id) ? *id : host_.next_id();
  Result<Request> request = make_request(message);
  parser_.reset();
  if (request) {
    run_handler(std::move(*request));
  } else {
    host_.bad_requests.fetch_add(1, std::memory_order_relaxed);
    Response response = problem(status_of(request.error()), request.error().message());
    if (response.status == 415) response.headers.emplace_back("Accept-Encoding", "gzip");
    respond(std::move(response));
  }
}

Result<Request> Session::make_request(Message& message) {
  TRY_ASSIGN(Target target, parse_target(message.target));
  TRY(decode_body(message, host_.options.max_body_bytes));
  Request request;
  request.method = traits_.head ? "GET" : std::move(message.method);
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  request.headers = std::move(message.headers);
  request.body = std::move(message.body);
  request.remote = remote_;
  request.id = traits_.id;
  client_gone_ = std::make_shared<std::atomic<bool>>(false);
  request.client_gone = client_gone_;
  return request;
}

void Session::run_handler(Request request) {
  auto responder =
      std::make_unique<SessionResponder>(weak_from_this(), host_.mailbox, traits_, host_.options.stream_buffer_bytes);
  try {
    host_.handler(std::move(request), std::move(responder));
  } catch (const std::exception& e) {
    log::error("request {}: the handler threw: {}", traits_.id, e.what());  // the responder it dropped sent a 500
  }
}

void Session::respond(Response response) {
  if (state_ != State::kRunning) return;
  if (response.status < 200 || response.status > 599) {
    response = problem(500, fmt::format("a handler answered with the impossible status {}", response.status));
  }
  keep_alive_ = keep_alive_ && !host_.stopping;
  host_.head.clear();
  append_head(host_.head, response, traits_, Framing::kLength, keep_alive_, host_.date());
  if (traits_.head || is_bodiless(response.status)) response.body.clear();
  state_ = State::kWriting;
  if (send(host_.head, std::move(response.body))) on_sent();
}

/// Writes what the socket takes and keeps the rest for on_writable(). True when all is gone.
bool Session::send(std::string_view head, std::string body) {
  const IoResult put = transport_->write(head, body);
  if (put.state == IoResult::State::kClosed) {
    close();
    return false;
  }
  if (put.bytes == head.size() + body.size()) return true;
  const size_t from_head = std::min(put.bytes, head.size());
  out_head_ = head.substr(from_head);
  out_body_ = std::move(body);
  out_sent_ = put.bytes - from_head;
  if (from_head < head.size()) out_sent_ = 0;
  limit_writing(out_head_.size() + out_body_.size());
  transport_->want_write();
  return false;
}

/// A stream is at its reader's pace: little of it is in memory. All of another answer is.
void Session::limit_writing(size_t bytes) {
  const std::chrono::duration<double> at_least(static_cast<double>(bytes) /
                                               static_cast<double>(host_.options.min_write_rate));
  written_by_ = stream_ ? Monotonic::time_point::max()
                        : Monotonic::now() + host_.options.write_timeout +
                              std::chrono::duration_cast<std::chrono::milliseconds>(at_least);
  set_deadline(host_.options.write_timeout, written_by_);
}

void Session::on_writable() {
  if (state_ == State::kClosed || !unsent()) return;
  const size_t from_head = std::min(out_sent_, out_head_.size());
  const IoResult put = transport_->write(std::string_view(out_head_).substr(from_head),
                                         std::string_view(out_body_).substr(out_sent_ - from_head));
  if (put.state == IoResult::State::kClosed) return close();
  out_sent_ += put.bytes;
  if (out_sent_ < out_head_.size() + out_body_.size()) {
    if (put.bytes > 0) set_deadline(host_.options.write_timeout, written_by_);
    return transport_->want_write();
  }
  out_head_ = std::string();
  out_body_ = std::string();
  out_sent_ = 0;
  on_sent();
}

void Session::on_sent() {
  if (!stream_) return on_response_sent();
  if (state_ == State::kWriting) transport_->want_read();  // the head is out: from now on, notice the client's end
  state_ = State::kStreaming;
  clear_deadline();
  stream_->sent();
  flush_stream();
}

void Session::on_response_sent() {
  if (!keep_alive_ || host_.stopping) return linger();
  state_ = State::kIdle;
  set_deadline(host_.options.idle_timeout);
  resume();
}

/// Closing a socket with unread bytes resets it, and the client might never see the answer (RFC 9112 9.6).
void Session::linger() {
  if (host_.stopping || (!unread_ && pending_.empty() && !processing_)) return close();
  transport_->shutdown_write();
  state_ = State::kLingering;
  pending_ = std::string();
  set_deadline(kLinger);
  transport_->want_read();
}

void Session::start_stream(const Response& head, std::shared_ptr<StreamQueue> queue) {
  if (state_ != State::kRunning || host_.stopping) {
    queue->close();
    return close();
  }
  const Framing framing = queue->chunked() ? Framing::kChunked : Framing::kUntilClose;
  keep_alive_ = keep_alive_ && queue->chunked();
  host_.head.clear();
  append_head(host_.head, head, traits_, framing, keep_alive_, host_.date());
  state_ = State::kWriting;
  if (traits_.head || is_bodiless(head.status)) {
    queue->close();
  } else {
    stream_ = std::move(queue);
    stream_ended_ = false;
  }
  if (send(host_.head, {})) on_sent();
}

void Session::flush_stream() {
  if (state_ != State::kStreaming || unsent()) return;
  for (std::string data = stream_->take(); !data.empty(); data = stream_->take()) {
    if (!send({}, std::move(data))) return;
    stream_->sent();
  }
  if (!stream_ended_) return;
  const bool chunked = stream_->chunked();
  stream_->close();
  stream_.reset();
  state_ = State::kWriting;
  if (send(chunked ? "0\r\n\r\n" : "", {})) on_sent();
}

void Session::end_stream() {
  if (!stream_) return;
  stream_ended_ = true;
  flush_stream();
}

void Session::on_tick(Monotonic::time_point now) {
  if (now < deadline_) return;
  switch (state_) {
    case State::kHead: refuse(408, "the request's header did not arrive in time"); break;
    case State::kBody: refuse(408, "the request's body did not arrive in time"); break;
    case State::kIdle:
    case State::kRunning:
    case State::kWriting:
    case State::kStreaming:
    case State::kLingering: close(); break;
    case State::kClosed: break;
  }
}

void Session::on_stop() {
  if ((state_ == State::kRunning || state_ == State::kWriting) && !stream_) return;
  // The last chunk, if the socket takes it: the client sees a complete response.
  const bool whole = state_ == State::kStreaming && !unsent() && stream_->chunked() && !stream_->finite();
  if (whole) transport_->write(stream_->take(), "0\r\n\r\n");
  close();
}

void Session::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  if (client_gone_) client_gone_->store(true, std::memory_order_relaxed);
  if (stream_) stream_->close();
  stream_.reset();
  transport_->close();
  host_.on_closed(*this);
}

}  // namespace oreum::net
