#include "net/client.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/core.h>

#include "base/clock.h"
#include "net/client_socket.h"
#include "net/gzip.h"
#include "net/message_parser.h"
#include "net/text.h"
#include "net/url.h"

namespace oreum::net {

namespace {

constexpr size_t kMaxAnswer = size_t{1} << 30;  // kept in memory
constexpr size_t kNoLimit = SIZE_MAX;           // of what is passed on piece by piece
constexpr size_t kReadBytes = size_t{64} << 10;

bool has_header(const Fields& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

Result<std::string> request_text(const ClientRequest& request, const Url& url, std::string_view accept_encoding) {
  std::string out =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method, url.target, url.authority);
  if (!has_header(request.headers, "user-agent")) out += "User-Agent: oreum\r\n";
  if (!has_header(request.headers, "accept-encoding")) out += fmt::format("Accept-Encoding: {}\r\n", accept_encoding);
  for (const auto& [name, value] : request.headers) {
    if (name.find_first_of("\r\n: ") != std::string::npos || value.find_first_of("\r\n") != std::string::npos) {
      return Error(Code::kInvalidArgument, fmt::format("the header {} holds a character it must not", name));
    }
    out += fmt::format("{}: {}\r\n", name, value);
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    out += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  out += "\r\n";
  out += request.body;
  return out;
}

/// One answer read off a socket.
class Exchange {
 public:
  Exchange(ClientSocket socket, std::stop_token stop, bool head_request, size_t most)
      : socket_(std::move(socket)),
        stop_(std::move(stop)),
        head_request_(head_request),
        parser_(MessageParser::Kind::kResponse, {kReadBytes, most}) {}

  Status send(const std::string& text, const Deadline& deadline) { return socket_.write(text, deadline, stop_); }

  /// Reads on until there is a head, the end, or (with a head) at least something of the body.
  Result<MessageParser::Step> advance(const Deadline& deadline) {
    while (true) {
      std::string_view in = data_;
      if (!parser_.head_done() && in.empty() && head_request_) parser_.expect_no_body();
      const MessageParser::Step step = parser_.put(in);
      data_.erase(0, data_.size() - in.size());
      if (step == MessageParser::Step::kHead && parser_.message().status / 100 == 1) {
        parser_.reset();  // 100 Continue and the like come before the answer
        if (head_request_) parser_.expect_no_body();
        continue;
      }
      if (step == MessageParser::Step::kBad) return bad_answer();
      if (step != MessageParser::Step::kNeedMore) return step;
      if (parser_.head_done() && !parser_.message().body.empty() && streaming_) return step;
      TRY_ASSIGN(const bool more, read_more(deadline));
      if (!more)
        return parser_.finish() == MessageParser::Step::kDone ? Result<MessageParser::Step>(MessageParser::Step::kDone)
                                                              : bad_answer();
    }
  }

  void set_streaming() { streaming_ = true; }
  MessageParser& parser() { return parser_; }

 private:
  Error bad_answer() const {
    return {Code::kUnavailable, fmt::format("the answer is no complete HTTP: {}", parser_.detail())};
  }

  Result<bool> read_more(const Deadline& deadline) {
    const size_t had = data_.size();
    data_.resize(had + kReadBytes);
    Result<size_t> n = socket_.read(std::span(data_).subspan(had), deadline, stop_);
    data_.resize(had + (n ? *n : 0));
    if (!n) return std::move(n).error();
    return *n > 0;
  }

  ClientSocket socket_;
  const std::stop_token stop_;
  const bool head_request_;
  bool streaming_ = false;
  std::string data_;  // read, not yet parsed
  MessageParser parser_;
};

Deadline deadline_of(std::chrono::milliseconds timeout) {
  return timeout.count() > 0 ? Deadline::in(timeout) : Deadline::never();
}

/// An answer with a body of more bytes than `most` is an error.
Result<std::unique_ptr<Exchange>> begin(const ClientRequest& request, std::string_view accept_encoding, size_t most,
                                        const Deadline& deadline, const std::stop_token& stop) {
  TRY_ASSIGN(const Url url, parse_url(request.url));
  TRY_ASSIGN(const std::string text, request_text(request, url, accept_encoding));
  TRY_ASSIGN(ClientSocket socket, ClientSocket::connect(url, deadline, stop));
  auto exchange = std::make_unique<Exchange>(std::move(socket), stop, request.method == "HEAD", most);
  // A server may answer and close before it has read everything (413): what it said is worth more than the failed send.
  static_cast<void>(exchange->send(text, deadline));
  return exchange;
}

Response head_of(Message& message) {
  Response response;
  response.status = message.status;
  response.headers = std::move(message.headers);
  return response;
}

Result<Response> complete(Message& message) {
  const std::string* coding = message.header("content-encoding");
  if (coding != nullptr && equals_ignoring_case(*coding, "gzip") && !message.body.empty()) {
    TRY_ASSIGN(message.body, gunzip(message.body, kMaxAnswer));
    std::erase_if(message.headers, [](const auto& field) {
      return field.first == "content-encoding" || field.first == "content-length";
    });
  }
  Response response = head_of(message);
  response.body = std::move(message.body);
  return response;
}

Result<Response> fetch_until(const ClientRequest& request, const Deadline& deadline) {
  TRY_ASSIGN(const std::unique_ptr<Exchange> exchange, begin(request, "gzip", kMaxAnswer, deadline, {}));
  while (true) {
    TRY_ASSIGN(const MessageParser::Step step, exchange->advance(deadline));
    if (step == MessageParser::Step::kDone) return complete(exchange->parser().message());
  }
}

Result<Response> stream_until(const ClientRequest& request, const std::function<bool(std::string_view)>& on_chunk,
                              const std::stop_token& stop, const std::function<void(const Response&)>& on_head) {
  TRY_ASSIGN(const std::unique_ptr<Exchange> exchange,
             begin(request, "identity", kNoLimit, deadline_of(request.timeout), stop));
  MessageParser& parser = exchange->parser();
  exchange->set_streaming();
  Response response;
  while (true) {
    Result<MessageParser::Step> step = exchange->advance(deadline_of(request.timeout));
    if (!step && parser.head_done() && step.error().code() == Code::kCancelled) return response;
    TRY(step);
    if (*step == MessageParser::Step::kHead) {
      response = head_of(parser.message());
      if (on_head) on_head(response);
    }
    const std::string piece = parser.take_body();
    if (!piece.empty() && !on_chunk(piece)) return response;
    if (*step == MessageParser::Step::kDone) return response;
  }
}

Error in_context(Error error, const ClientRequest& request) {
  return std::move(error).wrap(fmt::format("{} {}", request.method, request.url));
}

}  // namespace

Result<Response> fetch(const ClientRequest& request) {
  Result<Response> response = fetch_until(request, deadline_of(request.timeout));
  if (!response) return in_context(std::move(response).error(), request);
  return response;
}

Result<Response> fetch_stream(const ClientRequest& request, const std::function<bool(std::string_view)>& on_chunk,
                              const std::stop_token& stop, const std::function<void(const Response&)>& on_head) {
  Result<Response> response = stream_until(request, on_chunk, stop, on_head);
  if (!response) return in_context(std::move(response).error(), request);
  return response;
}

}  // namespace oreum::net
