// Who pushes samples here: agents, as /api/v1/targets shows them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "net/http.h"

namespace oreum::api::prometheus {

struct Pusher {
  std::string address;   // without the port, which changes
  std::string agent;     // its User-Agent
  std::string protocol;  // "remote_write", "otlp"
  TimestampMs last;
  std::chrono::nanoseconds took{0};  // of the last request
  std::string error;                 // of the last request; empty: it was good
  uint64_t samples = 0;              // in all
};

/// What a request and its answer say of who sent it.
Pusher pusher_of(const net::Request& request, std::string_view protocol, TimestampMs now, std::chrono::nanoseconds took,
                 const net::Response& response, uint64_t samples);

/// Thread-safe. Remembers so many, of those that pushed last.
class Pushers {
 public:
  static constexpr size_t kMost = 1000;

  void record(Pusher pusher) EXCLUDES(mu_);
  std::vector<Pusher> all() const EXCLUDES(mu_);

 private:
  struct Key {
    std::string address;
    std::string agent;
    std::string protocol;
    auto operator<=>(const Key&) const = default;
  };
  mutable Mutex mu_;
  std::map<Key, Pusher> all_ GUARDED_BY(mu_);
};

}  // namespace oreum::api::prometheus
