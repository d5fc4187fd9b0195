// Sends encoded requests as fast as they are taken: a thread and a kept connection for each stream.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "load/commands.h"

namespace oreum::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Outcome {
  uint64_t samples = 0;
  std::vector<double> ms;  // of each request
  std::string trouble;
};

std::string system_error(std::string_view what) { return fmt::format("{}: {}", what, std::strerror(errno)); }

/// A blocking HTTP/1.1 connection that knows only what a write endpoint answers.
class Connection {
 public:
  explicit Connection(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }

  bool connected() const { return connected_; }

  /// The status; 0 when the connection broke.
  int post(const std::string& head, std::string_view body, std::string& answer) {
    std::string_view parts[] = {head, body};
    for (size_t i = 0; i < 2;) {
      iovec vectors[2] = {{const_cast<char*>(parts[0].data()), parts[0].size()},
                          {const_cast<char*>(parts[1].data()), parts[1].size()}};
      const ssize_t n = ::writev(fd_.get(), vectors, 2);
      if (n <= 0) return 0;
      size_t left = static_cast<size_t>(n);
      for (auto& part : parts) {
        const size_t gone = std::min(left, part.size());
        part.remove_prefix(gone);
        left -= gone;
      }
      while (i < 2 && parts[i].empty()) ++i;
    }
    return read_answer(answer);
  }

 private:
  int read_answer(std::string& answer) {
    answer.clear();
    size_t whole = std::string::npos;
    while (answer.size() < whole) {
      char buffer[4096];
      const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
      if (n <= 0) return 0;
      answer.append(buffer, static_cast<size_t>(n));
      const size_t head_end = answer.find("\r\n\r\n");
      if (whole == std::string::npos && head_end != std::string::npos) whole = head_end + 4 + content_length(answer);
    }
    return static_cast<int>(parse_i64(std::string_view(answer).substr(9, 3)).value_or(0));
  }

  static size_t content_length(std::string_view head) {
    constexpr std::string_view kName = "Content-Length: ";
    const size_t at = head.find(kName);
    if (at == std::string_view::npos) return 0;
    const std::string_view rest = head.substr(at + kName.size());
    return static_cast<size_t>(parse_u64(rest.substr(0, rest.find('\r'))).value_or(0));
  }

  Fd fd_;
  bool connected_ = false;
};

void send_stream(std::string_view file, uint32_t stream, const Arguments& arguments, Outcome& outcome) {
  Connection connection(static_cast<uint16_t>(arguments.number("port", 0)));
  if (!connection.connected()) {
    outcome.trouble = system_error("connecting");
    return;
  }
  std::string answer;
  while (!file.empty()) {
    RequestHeader header{};
    std::memcpy(&header, file.data(), sizeof header);
    const std::string_view body = file.substr(sizeof header, header.size);
    file.remove_prefix(sizeof header + header.size);
    if (header.stream != stream) continue;
    const std::string head = fmt::format(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n"
        "X-Prometheus-Remote-Write-Version: 0.1.0\r\nContent-Length: {}\r\n\r\n",
        arguments.text("path"), body.size());
    const auto start = SteadyClock::now();
    const int status = connection.post(head, body, answer);
    outcome.ms.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count());
    if (status / 100 != 2) {
      outcome.trouble = status == 0 ? system_error("the connection broke") : answer.substr(0, 500);
      return;
    }
    outcome.samples += header.samples;
  }
}

double quantile(const std::vector<double>& sorted, double q) {
  return sorted.empty() ? 0 : sorted[static_cast<size_t>(q * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

Status send(const Arguments& arguments) {
  const std::string path = arguments.text("file");
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (!fd.valid() || ::fstat(fd.get(), &about) != 0) return Error(Code::kNotFound, system_error(path));
  const auto size = static_cast<size_t>(about.st_size);
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd.get(), 0);
  if (mapped == MAP_FAILED) return Error(Code::kUnavailable, system_error(path));
  const std::string_view file(static_cast<const char*>(mapped), size);

  std::vector<Outcome> outcomes(static_cast<size_t>(arguments.number("streams", 4)));
  const auto start = SteadyClock::now();
  {
    std::vector<std::jthread> threads;
    for (uint32_t i = 0; i < outcomes.size(); ++i) {
      threads.emplace_back([&, i] { send_stream(file, i, arguments, outcomes[i]); });
    }
  }
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  ::munmap(mapped, size);

  Outcome all;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.trouble.empty()) return Error(Code::kUnavailable, outcome.trouble);
    all.samples += outcome.samples;
    all.ms.insert(all.ms.end(), outcome.ms.begin(), outcome.ms.end());
  }
  std::sort(all.ms.begin(), all.ms.end());
  fmt::print(
      "{{\"seconds\": {:.3f}, \"samples\": {}, \"requests\": {}, \"p50_ms\": {:.2f}, \"p99_ms\": {:.2f}, \"max_ms\": "
      "{:.2f}}}\n",
      seconds, all.samples, all.ms.size(), quantile(all.ms, 0.5), quantile(all.ms, 0.99), quantile(all.ms, 1));
  return {};
}

}  // namespace oreum::bench
