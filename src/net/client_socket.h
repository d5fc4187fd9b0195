// A blocking TCP connection with a deadline and a way to be interrupted.
#pragma once

#include <span>
#include <stop_token>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "net/url.h"

namespace oreum::net {

/// Not thread-safe; the stop token may be set from any thread and makes the present call return kCancelled.
class ClientSocket {
 public:
  /// Tries every address of the host. kUnavailable when nothing answers there.
  static Result<ClientSocket> connect(const Url& url, const Deadline& deadline, const std::stop_token& stop);
  ClientSocket(ClientSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ClientSocket& operator=(ClientSocket&&) = delete;
  ~ClientSocket();

  Status write(std::string_view data, const Deadline& deadline, const std::stop_token& stop);
  /// 0: the other side closed.
  Result<size_t> read(std::span<char> into, const Deadline& deadline, const std::stop_token& stop);

 private:
  explicit ClientSocket(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace oreum::net
