// Peers that say exactly what a test wants said: a raw client, and a server with one canned answer.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "net/message_parser.h"
#include "net/server.h"

namespace oreum::net::test {

constexpr std::chrono::seconds kPatience{20};  // how long a test that would otherwise hang waits

class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    const timeval patience{kPatience.count(), 0};
    EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);  // NOLINT: the sockets API
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// May fail when the server has had enough already.
  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<size_t>(n));
    }
  }
  void say_no_more() { ::shutdown(fd_, SHUT_WR); }

  /// The next response; status 0 when the connection ended instead.
  Message response(bool to_head = false) {
    MessageParser parser(MessageParser::Kind::kResponse, {});
    if (to_head) parser.expect_no_body();
    while (true) {
      std::string_view in = data_;
      const MessageParser::Step step = parser.put(in);
      data_.erase(0, data_.size() - in.size());
      if (step == MessageParser::Step::kDone) return std::move(parser.message());
      if (step == MessageParser::Step::kBad) return {};
      if (step == MessageParser::Step::kNeedMore && !read_more()) {
        return parser.finish() == MessageParser::Step::kDone ? std::move(parser.message()) : Message{};
      }
    }
  }

  /// Everything up to the end of the connection.
  std::string rest() {
    while (read_more()) {
    }
    return std::exchange(data_, std::string());
  }

  /// Some of what comes next; nothing at the end of the connection.
  std::string some() {
    read_more();
    return std::exchange(data_, std::string());
  }

  /// Everything up to and with the text; less when the connection ends before.
  std::string read_to(std::string_view text) {
    while (data_.find(text) == std::string::npos && read_more()) {
    }
    const size_t at = data_.find(text);
    std::string out = data_.substr(0, at == std::string::npos ? at : at + text.size());
    data_.erase(0, out.size());
    return out;
  }

 private:
  bool read_more() {
    std::array<char, 4096> buffer{};
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EAGAIN) ADD_FAILURE() << "the server says nothing";
    if (n <= 0) return false;
    data_.append(buffer.data(), static_cast<size_t>(n));
    return true;
  }

  int fd_;
  std::string data_;
};

/// Answers the first connection with the text whatever it asks, then closes; with an empty text it only listens.
class CannedServer {
 public:
  explicit CannedServer(std::string answer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* address = reinterpret_cast<sockaddr*>(&at);  // NOLINT: the sockets API
    EXPECT_EQ(::bind(fd_, address, size), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    EXPECT_EQ(::getsockname(fd_, address, &size), 0);
    port_ = ntohs(at.sin_port);
    if (answer.empty()) return;
    thread_ = std::thread([fd = fd_, text = std::move(answer)] {
      const int peer = ::accept(fd, nullptr, nullptr);
      std::array<char, 4096> ignored{};
      static_cast<void>(::recv(peer, ignored.data(), ignored.size(), 0));
      static_cast<void>(::send(peer, text.data(), text.size(), MSG_NOSIGNAL));
      ::close(peer);
    });
  }
  ~CannedServer() {
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int fd_;
  uint16_t port_ = 0;
  std::thread thread_;
};

/// On a free port of the loopback address.
inline std::unique_ptr<Server> serve(Handler handler, ServerOptions options = {}) {
  options.port = 0;
  return Server::start(options, std::move(handler)).value();
}

inline std::string url_of(const Server& server, std::string_view target) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(target);
}

}  // namespace oreum::net::test
