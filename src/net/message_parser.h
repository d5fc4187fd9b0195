// HTTP/1 messages out of bytes. Beast's parser is behind this, and nowhere else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"

namespace oreum::net {

struct ParserLimits {
  size_t header_bytes = size_t{16} << 10;
  size_t body_bytes = size_t{32} << 20;
};

/// What a parser has read. Header names are in lower case; trailers are dropped.
struct Message {
  std::string method;  // of a request
  std::string target;  // of a request, as sent
  int status = 0;      // of a response
  int version = 11;    // 10 or 11
  bool keep_alive = true;
  Fields headers;
  std::string body;  // without the chunked coding, content codings as sent

  const std::string* header(std::string_view name) const;
};

/// One message after the other out of one connection. Not thread-safe; no I/O.
class MessageParser {
 public:
  enum class Kind { kRequest, kResponse };
  enum class Step {
    kNeedMore,  // everything that could be used is used: come again with the rest and more
    kHead,      // the head is complete; reported once, before any of the body is taken
    kDone,      // the message is complete
    kBad,       // no HTTP, or over a limit: status() and detail() say what to answer
  };

  MessageParser(Kind kind, const ParserLimits& limits);
  ~MessageParser();
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  /// Takes bytes off the front of `in`, as many as it can use. What it leaves must come again, followed by more.
  Step put(std::string_view& in);
  /// The other side closed: a response without a length is complete then (kDone), everything else is kBad.
  Step finish();
  /// A response to HEAD has a length and no body.
  void expect_no_body();

  /// The message as far as it is read; may be moved from once it is done.
  Message& message() { return message_; }
  /// Gives body bytes to the caller as they come instead of gathering them in the message.
  std::string take_body();
  bool head_done() const { return head_done_; }
  int status() const { return status_; }
  const std::string& detail() const { return detail_; }

  /// Ready for the next message.
  void reset();

 private:
  class Impl;
  Step fail(int status, std::string detail);
  Step check_request();
  Step check_leftover(std::string_view in);

  const Kind kind_;
  const ParserLimits limits_;
  std::unique_ptr<Impl> impl_;
  Message message_;
  bool head_done_ = false;
  int status_ = 0;
  std::string detail_;
};

}  // namespace oreum::net
