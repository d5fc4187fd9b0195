// HTTP as values. No Boost here: requests, responses and the way to answer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oreum::net {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // "GET"; also for HEAD, whose answer the server sends without the body
  std::string path;    // percent-decoded, without the query
  Fields query;        // percent-decoded, in order
  Fields headers;      // names in lower case
  std::string body;    // content codings undone (gzip); remote write's snappy is not one of ours
  std::string remote;  // "127.0.0.1:40000"
  std::string id;      // x-request-id: the client's when it is a sane token, else made here
  // Becomes true when the client ends the connection before it is answered; null where nobody watches it.
  std::shared_ptr<const std::atomic<bool>> client_gone;

  /// The first header or query parameter of that name (header names in lower case).
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> param(std::string_view name) const;
};

struct Response {
  int status = 200;
  Fields headers;  // Content-Length, Date, Server, X-Request-Id and Connection are the server's to set; a
                   // Content-Encoding says that the body is packed already
  std::string body;
};

/// A response that goes on (server-sent events, long downloads). Thread-safe. Dropping the last reference ends the
/// response.
class Stream {
 public:
  virtual ~Stream() = default;
  /// False when the client is gone, or so slow that its bounded buffer is full: the connection is then closed.
  virtual bool write(std::string chunk) = 0;
  /// The same for a response that has an end: waits while the buffer is full. False when the client is gone or has
  /// taken nothing for the server's write timeout. From the first call on, a client sees a complete response only when
  /// the writer ended it. Not on the io thread.
  virtual bool write_waiting(std::string chunk) = 0;
  /// Breaks the response off, so that the client sees that it is not complete.
  virtual void abort() = 0;
  virtual bool open() const = 0;
};

/// Answers one request, once, from any thread. Dropped unanswered it sends a 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Response response) = 0;
  /// Sends the head now and the body as it comes.
  virtual std::shared_ptr<Stream> stream(Response head) = 0;
};

/// Called on the io thread: must not block. Long work takes the Responder to another thread.
using Handler = std::function<void(Request request, std::unique_ptr<Responder> responder)>;

}  // namespace oreum::net
