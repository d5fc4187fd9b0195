#include "net/server.h"

#define BOOST_ASIO_DISABLE_BOOST_DATE_TIME
#define BOOST_ASIO_NO_DEPRECATED
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <exception>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fmt/core.h>

#include "base/log.h"
#include "base/mutex.h"
#include "net/session.h"

namespace oreum::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr size_t kMaxTurningAway = 64;  // connections over the limit that are still being told so

IoResult io_result(const error_code& ec, size_t bytes) {
  if (!ec) return {IoResult::State::kOk, bytes};
  if (ec == asio::error::would_block || ec == asio::error::try_again || ec == asio::error::interrupted) {
    return {IoResult::State::kAgain, 0};
  }
  return {IoResult::State::kClosed, 0};
}

/// Waits by Asio, reads and writes at once: no buffer is tied to a connection that waits.
class SocketTransport final : public Transport {
 public:
  explicit SocketTransport(tcp::socket socket) : socket_(std::move(socket)) {}
  void attach(std::weak_ptr<Session> session) { session_ = std::move(session); }

  IoResult read(std::span<char> into) override {
    error_code ec;
    const size_t n = socket_.read_some(asio::buffer(into.data(), into.size()), ec);
    return io_result(ec, n);
  }

  IoResult write(std::string_view first, std::string_view second) override {
    if (first.empty() && second.empty()) return {};
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
    error_code ec;
    const size_t n = socket_.write_some(buffers, ec);
    return io_result(ec, n);
  }

  void want_read() override { wait(tcp::socket::wait_read, reading_, &Session::on_readable); }
  void want_write() override { wait(tcp::socket::wait_write, writing_, &Session::on_writable); }

  void shutdown_write() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  void wait(tcp::socket::wait_type type, bool& waiting, void (Session::*then)()) {
    if (waiting) return;
    waiting = true;
    // The session owns this transport, so one pointer keeps both until the callback has run.
    socket_.async_wait(type, [session = session_.lock(), &waiting, then](const error_code& ec) {
      waiting = false;
      if (ec != asio::error::operation_aborted) ((*session).*then)();
    });
  }

  tcp::socket socket_;
  std::weak_ptr<Session> session_;
  bool reading_ = false;
  bool writing_ = false;
};

Result<tcp::endpoint> parse_endpoint(const std::string& host, uint16_t port) {
  if (host == "localhost") return tcp::endpoint(asio::ip::address_v4::loopback(), port);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  error_code ec;
  const auto address = asio::ip::make_address(bracketed ? host.substr(1, host.size() - 2) : host, ec);
  if (ec) {
    return Error(Code::kInvalidArgument,
                 fmt::format("cannot listen on \"{}\": expected an IP address or localhost", host));
  }
  return tcp::endpoint(address, port);
}

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), address, endpoint.port());
}

Error listen_error(const tcp::endpoint& at, const error_code& ec) {
  const std::string where = text_of(at);
  switch (ec.value()) {
    case EADDRINUSE:
      return {Code::kUnavailable,
              fmt::format("{} is in use by another program: choose another port with --listen HOST:PORT "
                          "(port 0 takes a free one)",
                          where)};
    case EADDRNOTAVAIL:
      return {Code::kInvalidArgument,
              fmt::format("this machine has no address {}: choose another with --listen HOST:PORT",
                          at.address().to_string())};
    default: return errno_error(ec.value(), fmt::format("cannot listen on {}", where));
  }
}

class AsioServer final : public Server, public SessionHost {
 public:
  AsioServer(const ServerOptions& opts, Handler h)
      : AsioServer(opts, std::move(h), std::make_unique<asio::io_context>(1)) {}
  ~AsioServer() override { stop(std::chrono::milliseconds(0)); }
  AsioServer(const AsioServer&) = delete;
  AsioServer& operator=(const AsioServer&) = delete;

  Status listen();

  uint16_t port() const override { return port_; }
  ServerStats stats() const override { return {connections_, accepted_, refused_, bad_requests, accept_failures_}; }
  void stop(std::chrono::milliseconds grace) override;

 private:
  AsioServer(const ServerOptions& opts, Handler h, std::unique_ptr<asio::io_context> io)
      : SessionHost(opts, std::move(h),
                    std::make_shared<Mailbox>([&io = *io](Mailbox::Task task) { asio::post(io, std::move(task)); })),
        io_(std::move(io)),
        work_(io_->get_executor()),
        acceptor_(*io_),
        sweep_timer_(*io_),
        stop_timer_(*io_) {}

  void run();
  void accept();
  void on_accept(tcp::socket socket);
  void arm_sweep();
  void sweep();
  void begin_stop(std::chrono::milliseconds grace);
  void finish_stop();
  void on_closed(Session& session) override;
  std::vector<std::shared_ptr<Session>> all_sessions() const;

  const std::unique_ptr<asio::io_context> io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer sweep_timer_;
  asio::steady_timer stop_timer_;
  uint16_t port_ = 0;
  std::atomic<uint64_t> connections_{0};
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> refused_{0};
  std::atomic<uint64_t> accept_failures_{0};

  // The io thread's.
  std::unordered_map<const Session*, std::shared_ptr<Session>> sessions_;
  bool accept_failed_ = false;  // tried again at the next sweep
  bool sweeping_ = false;

  std::atomic<bool> stop_asked_{false};
  Mutex join_mu_;
  std::thread thread_ GUARDED_BY(join_mu_);
};

Status AsioServer::listen() {
  TRY_ASSIGN(const tcp::endpoint at, parse_endpoint(options.host, options.port));
  error_code ec;
  acceptor_.open(at.protocol(), ec);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && at.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(!at.address().is_unspecified()), ec);
  if (!ec) acceptor_.bind(at, ec);
  if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return listen_error(at, ec);
  port_ = acceptor_.local_endpoint(ec).port();
  accept();
  const MutexLock lock(join_mu_);
  thread_ = std::thread([this] { run(); });
  return {};
}

void AsioServer::run() {
  mailbox->own();
  while (true) {
    try {
      io_->run();
      break;
    } catch (const std::exception& e) {
      log::error("the HTTP server goes on after an exception: {}", e.what());
    }
  }
  // What was posted in the last moment still finds the io_context alive, and no session.
  mailbox->close();
  io_->restart();
  io_->poll();
}

void AsioServer::accept() {
  acceptor_.async_accept([this](const error_code& ec, tcp::socket socket) {
    if (ec == asio::error::operation_aborted || stopping) return;
    if (ec && ec != asio::error::connection_aborted) {
      accept_failures_.fetch_add(1, std::memory_order_relaxed);
      if (!std::exchange(accept_failed_, true)) log::warn("cannot accept connections for now: {}", ec.message());
      return arm_sweep();
    }
    accept_failed_ = false;
    if (!ec) on_accept(std::move(socket));
    accept();
  });
}

void AsioServer::on_accept(tcp::socket socket) {
  accepted_.fetch_add(1, std::memory_order_relaxed);
  const bool full = sessions_.size() >= options.max_connections;
  if (full) refused_.fetch_add(1, std::memory_order_relaxed);
  error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (!ec) socket.non_blocking(true, ec);
  if (!ec) socket.set_option(tcp::no_delay(true), ec);
  if (!ec) socket.set_option(asio::socket_base::keep_alive(true), ec);
  if (ec || sessions_.size() >= options.max_connections + kMaxTurningAway) return;  // gone already, or a flood
  auto transport = std::make_unique<SocketTransport>(std::move(socket));
  SocketTransport& t = *transport;
  const auto session = std::make_shared<Session>(*this, std::move(transport), text_of(peer));
  t.attach(session);
  sessions_.emplace(session.get(), session);
  connections_.store(sessions_.size(), std::memory_order_relaxed);
  arm_sweep();
  if (full) {
    session->turn_away();
  } else {
    session->start();
  }
}

void AsioServer::on_closed(Session& session) {
  asio::post(*io_, [keep = session.shared_from_this()] {});
  sessions_.erase(&session);
  connections_.store(sessions_.size(), std::memory_order_relaxed);
  if (stopping && sessions_.empty()) finish_stop();
}

std::vector<std::shared_ptr<Session>> AsioServer::all_sessions() const {
  std::vector<std::shared_ptr<Session>> all;
  all.reserve(sessions_.size());
  for (const auto& [key, session] : sessions_) all.push_back(session);
  return all;
}

/// One timer for all time limits: they are kept to a quarter of the shortest, at worst a second, late. Without
/// connections it rests.
void AsioServer::arm_sweep() {
  if (sweeping_ || stopping) return;
  sweeping_ = true;
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.idle_timeout, options.write_timeout});
  sweep_timer_.expires_after(std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000)));
  sweep_timer_.async_wait([this](const error_code& ec) {
    sweeping_ = false;
    if (!ec) sweep();
  });
}

void AsioServer::sweep() {
  const Monotonic::time_point now = Monotonic::now();
  for (const auto& session : all_sessions()) session->on_tick(now);
  if (accept_failed_ && !stopping) accept();
  if (!sessions_.empty()) arm_sweep();
}

void AsioServer::stop(std::chrono::milliseconds grace) {
  if (!stop_asked_.exchange(true)) {
    mailbox->run([this, grace] { begin_stop(grace); });
  }
  if (mailbox->on_io_thread()) return;  // a handler asked: it cannot wait for itself
  const MutexLock lock(join_mu_);
  if (thread_.joinable()) thread_.join();
}

void AsioServer::begin_stop(std::chrono::milliseconds grace) {
  stopping = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (const auto& session : all_sessions()) session->on_stop();
  if (sessions_.empty()) return finish_stop();
  stop_timer_.expires_after(grace);
  stop_timer_.async_wait([this](const error_code& ec) {
    if (!ec) finish_stop();
  });
}

void AsioServer::finish_stop() {
  if (!work_.owns_work()) return;
  work_.reset();
  sweep_timer_.cancel();
  stop_timer_.cancel();
  for (const auto& session : all_sessions()) session->close();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler) {
  try {
    auto server = std::make_unique<AsioServer>(options, std::move(handler));
    TRY(server->listen());
    return std::unique_ptr<Server>(std::move(server));
  } catch (const std::exception& e) {
    return Error(Code::kInternal, fmt::format("cannot start the HTTP server: {}", e.what()));
  }
}

}  // namespace oreum::net
