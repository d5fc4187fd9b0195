// The HTTP/1.1 server: one io thread, keep-alive, gzip, limits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace oreum::net {

struct ServerOptions {
  std::string host = "127.0.0.1";  // an address, or "localhost"
  uint16_t port = 8000;            // 0: a free one
  size_t max_header_bytes = size_t{16} << 10;
  size_t max_body_bytes = size_t{32} << 20;  // as sent, and as unpacked
  size_t max_connections = 1024;
  std::chrono::milliseconds header_timeout{10'000};  // from its first byte, or for the first request from the accept
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{120'000};
  std::chrono::milliseconds write_timeout{30'000};  // without progress; and of a whole answer:
  uint64_t min_write_rate = 64 << 10;               // bytes a second beyond it, so that slow readers hold no memory
  size_t stream_buffer_bytes = size_t{1} << 20;
};

struct ServerStats {
  uint64_t connections = 0;  // open now
  uint64_t accepted = 0;
  uint64_t refused = 0;          // over max_connections
  uint64_t bad_requests = 0;     // refused before a handler saw them
  uint64_t accept_failures = 0;  // out of descriptors, most likely; tried again soon
};

/// Thread-safe. Stops in its destructor. What is answered after the end is dropped.
class Server {
 public:
  /// Listens and serves. What the handler refers to must outlive the server. kUnavailable when the port is taken:
  /// says by what to change it.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler handler);
  virtual ~Server() = default;

  virtual uint16_t port() const = 0;
  virtual ServerStats stats() const = 0;
  /// Takes no more requests, ends streams and idle connections at once, lets requests that run end for up to the
  /// grace, then closes. Idempotent. A handler may call it, but then it does not wait, and must not destroy the server.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace oreum::net
