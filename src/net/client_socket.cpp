#include "net/client_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include <fmt/core.h>

namespace oreum::net {

namespace {

/// Wakes a poll() when a stop is asked.
class StopEvent {
 public:
  explicit StopEvent(const std::stop_token& stop)
      : fd_(stop.stop_possible() ? ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) : -1),
        callback_(std::in_place, stop, Wake{fd_}) {}
  ~StopEvent() {
    callback_.reset();
    if (fd_ >= 0) ::close(fd_);
  }
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;
  int fd() const { return fd_; }

 private:
  struct Wake {
    int fd;
    void operator()() const {
      if (fd >= 0) static_cast<void>(::eventfd_write(fd, 1));
    }
  };
  int fd_;
  std::optional<std::stop_callback<Wake>> callback_;
};

int milliseconds_left(const Deadline& deadline) {
  const auto left = deadline.at() - Monotonic::now();
  if (deadline.at() == Monotonic::time_point::max()) return -1;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<int64_t>(ms, 0, std::numeric_limits<int>::max()));
}

/// Waits until the socket is ready for the events.
Status wait_for(int fd, int16_t events, const Deadline& deadline, const std::stop_token& stop) {
  const StopEvent stop_event(stop);
  std::array<pollfd, 2> fds{pollfd{fd, events, 0}, pollfd{stop_event.fd(), POLLIN, 0}};
  while (true) {
    const int n = ::poll(fds.data(), fds.size(), milliseconds_left(deadline));
    if (stop.stop_requested()) return Error(Code::kCancelled, "stopped");
    if (n > 0 && fds[0].revents != 0) return {};
    if (n == 0) return Error(Code::kDeadlineExceeded, "no answer in time");
    if (n < 0 && errno != EINTR) return errno_error(errno, "cannot wait for the network");
  }
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int rc = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &list);
  if (rc != 0) {
    return Error(Code::kUnavailable, fmt::format("cannot find the host {}: {}", url.host, ::gai_strerror(rc)));
  }
  return Addresses(list);
}

/// Waits for the end of a non-blocking connect and returns its errno.
Result<int> connect_one(int fd, const addrinfo& address, const Deadline& deadline, const std::stop_token& stop) {
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  TRY(wait_for(fd, POLLOUT, deadline, stop));
  int err = 0;
  socklen_t size = sizeof(err);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) != 0) return errno;
  return err;
}

}  // namespace

ClientSocket::~ClientSocket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<ClientSocket> ClientSocket::connect(const Url& url, const Deadline& deadline, const std::stop_token& stop) {
  TRY_ASSIGN(const Addresses addresses, resolve(url));
  int err = ECONNREFUSED;
  for (const addrinfo* a = addresses.get(); a != nullptr; a = a->ai_next) {
    ClientSocket socket(::socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.fd_ < 0) {
      err = errno;
      continue;
    }
    TRY_ASSIGN(err, connect_one(socket.fd_, *a, deadline, stop));
    if (err != 0) continue;
    const int on = 1;
    static_cast<void>(::setsockopt(socket.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
    return socket;
  }
  return Error(Code::kUnavailable, fmt::format("nothing answers at http://{}: is Oreum running?", url.authority),
               errno_error(err, "connecting"));
}

Status ClientSocket::write(std::string_view data, const Deadline& deadline, const std::stop_token& stop) {
  while (!data.empty()) {
    const ssize_t n = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      data.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      TRY(wait_for(fd_, POLLOUT, deadline, stop));
    } else if (errno != EINTR) {
      return errno_error(errno, "sending the request");
    }
  }
  return {};
}

Result<size_t> ClientSocket::read(std::span<char> into, const Deadline& deadline, const std::stop_token& stop) {
  while (true) {
    const ssize_t n = ::recv(fd_, into.data(), into.size(), 0);
    if (n >= 0) return static_cast<size_t>(n);
    if (errno == EAGAIN) {
      TRY(wait_for(fd_, POLLIN, deadline, stop));
    } else if (errno != EINTR) {
      return errno_error(errno, "reading the answer");
    }
  }
}

}  // namespace oreum::net
