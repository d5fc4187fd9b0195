#include "net/message_parser.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <fmt/core.h>

#include "net/text.h"

namespace oreum::net {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

namespace {

constexpr size_t kMaxBodyReserve = size_t{1} << 20;  // a Content-Length alone buys no more memory than this

std::string_view std_view(string_view text) { return {text.data(), text.size()}; }

/// What both directions have in common: fields and body.
template <bool kIsRequest>
class Sink : public http::basic_parser<kIsRequest> {
 public:
  explicit Sink(Message& message) : message_(message) {}

 protected:
  Message& message() { return message_; }

 private:
  void on_field_impl(http::field /*field*/, string_view name, string_view value, error_code& /*ec*/) final {
    if (in_trailer_) return;
    auto& [key, text] = message_.headers.emplace_back();
    key.assign(name.data(), name.size());
    std::ranges::transform(key, key.begin(), to_lower);
    text.assign(value.data(), value.size());
  }
  void on_header_impl(error_code& /*ec*/) final { in_trailer_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& /*ec*/) final {
    if (length) message_.body.reserve(static_cast<size_t>(std::min<uint64_t>(*length, kMaxBodyReserve)));
  }
  size_t on_body_impl(string_view body, error_code& /*ec*/) final {
    message_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/, error_code& /*ec*/) final {}
  size_t on_chunk_body_impl(std::uint64_t /*remain*/, string_view body, error_code& /*ec*/) final {
    message_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code& /*ec*/) final {}

  Message& message_;
  bool in_trailer_ = false;
};

class RequestSink final : public Sink<true> {
 public:
  using Sink::Sink;

 private:
  void on_request_impl(http::verb /*verb*/, string_view method, string_view target, int version,
                       error_code& /*ec*/) override {
    message().method = std_view(method);
    message().target = std_view(target);
    message().version = version;
  }
  void on_response_impl(int /*code*/, string_view /*reason*/, int /*version*/, error_code& /*ec*/) override {}
};

class ResponseSink final : public Sink<false> {
 public:
  using Sink::Sink;

 private:
  void on_request_impl(http::verb /*verb*/, string_view /*method*/, string_view /*target*/, int /*version*/,
                       error_code& /*ec*/) override {}
  void on_response_impl(int code, string_view /*reason*/, int version, error_code& /*ec*/) override {
    message().status = code;
    message().version = version;
  }
};

int status_of(const error_code& ec) {
  if (ec == http::error::header_limit) return 431;
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::bad_version) return 505;
  return 400;
}

}  // namespace

/// Beast's parser for one message; made anew for the next one in the same place.
class MessageParser::Impl {
 public:
  Impl(Kind kind, const ParserLimits& limits, Message& message) {
    if (kind == Kind::kRequest) {
      set_limits(request_.emplace(message), limits);
    } else {
      set_limits(response_.emplace(message), limits);
    }
  }

  template <typename F>
  auto with(F&& f) {
    return request_ ? f(*request_) : f(*response_);
  }

 private:
  template <typename P>
  static void set_limits(P& parser, const ParserLimits& limits) {
    parser.header_limit(
        static_cast<uint32_t>(std::min<size_t>(limits.header_bytes, std::numeric_limits<uint32_t>::max())));
    parser.body_limit(limits.body_bytes);
  }

  std::optional<RequestSink> request_;
  std::optional<ResponseSink> response_;
};

const std::string* Message::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

MessageParser::MessageParser(Kind kind, const ParserLimits& limits)
    : kind_(kind), limits_(limits), impl_(std::make_unique<Impl>(kind, limits, message_)) {}

MessageParser::~MessageParser() = default;

void MessageParser::reset() {
  message_ = Message();
  impl_ = std::make_unique<Impl>(kind_, limits_, message_);
  head_done_ = false;
  status_ = 0;
  detail_.clear();
}

void MessageParser::expect_no_body() {
  impl_->with([](auto& parser) { parser.skip(true); });
}

std::string MessageParser::take_body() { return std::exchange(message_.body, std::string()); }

MessageParser::Step MessageParser::fail(int status, std::string detail) {
  status_ = status;
  detail_ = std::move(detail);
  return Step::kBad;
}

MessageParser::Step MessageParser::put(std::string_view& in) {
  if (status_ != 0) return Step::kBad;
  return impl_->with([&](auto& parser) {
    // RFC 9112 2.2: empty lines before a request line are ignored.
    while (!head_done_ && kind_ == Kind::kRequest && message_.method.empty() && in.starts_with("\r\n")) {
      in.remove_prefix(2);
    }
    if (!parser.got_some() && in == "\r") return Step::kNeedMore;
    while (!in.empty() && !parser.is_done()) {
      error_code ec;
      const size_t used = parser.put(boost::asio::const_buffer(in.data(), in.size()), ec);
      in.remove_prefix(used);
      if (ec == http::error::need_more) return check_leftover(in);
      if (ec) return fail(status_of(ec), ec.message());
      if (parser.is_header_done() && !head_done_) {
        head_done_ = true;
        message_.keep_alive = parser.keep_alive();
        return kind_ == Kind::kRequest ? check_request() : Step::kHead;
      }
    }
    return parser.is_done() ? Step::kDone : Step::kNeedMore;
  });
}

MessageParser::Step MessageParser::finish() {
  return impl_->with([&](auto& parser) {
    error_code ec;
    if (parser.got_some()) parser.put_eof(ec);
    return ec || !parser.is_done() ? fail(400, "the message was cut short") : Step::kDone;
  });
}

/// Bytes wait for the rest of a head, of a chunk's header or of a trailer: neither may grow without end.
MessageParser::Step MessageParser::check_leftover(std::string_view in) {
  if (in.size() > limits_.header_bytes) {
    return fail(431, fmt::format("the header is longer than {} bytes", limits_.header_bytes));
  }
  const auto first = in.empty() ? 'G' : in.front();
  if (!head_done_ && message_.method.empty() && kind_ == Kind::kRequest && (first < '!' || first > '~') &&
      first != '\r') {
    return fail(400, "this is not HTTP: the port speaks plain HTTP/1.1, no TLS");
  }
  return Step::kNeedMore;
}

/// What HTTP/1.1 asks of a request head beyond its syntax; above all, that nobody can read its length in two ways.
MessageParser::Step MessageParser::check_request() {
  if (message_.version != 10 && message_.version != 11) return fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  const auto hosts = std::ranges::count(message_.headers, "host", &Fields::value_type::first);
  if (hosts > 1 || (hosts == 0 && message_.version == 11)) return fail(400, "exactly one Host header is needed");
  if (const std::string* coding = message_.header("transfer-encoding")) {
    if (message_.version == 10) return fail(400, "Transfer-Encoding is not part of HTTP/1.0");
    if (!equals_ignoring_case(*coding, "chunked")) return fail(501, "the only transfer coding known here is chunked");
  }
  return Step::kHead;
}

}  // namespace oreum::net
