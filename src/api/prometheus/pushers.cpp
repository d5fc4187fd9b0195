#include "api/prometheus/pushers.h"

#include <algorithm>

namespace oreum::api::prometheus {

Pusher pusher_of(const net::Request& request, std::string_view protocol, TimestampMs now, std::chrono::nanoseconds took,
                 const net::Response& response, uint64_t samples) {
  Pusher pusher{.protocol = std::string(protocol), .last = now, .took = took, .samples = samples};
  pusher.address = request.remote.substr(0, request.remote.rfind(':'));
  pusher.agent = request.header("user-agent").value_or("");
  if (response.status >= 300) pusher.error = response.body.substr(0, response.body.find('\n'));
  return pusher;
}

void Pushers::record(Pusher pusher) {
  Key key{pusher.address, pusher.agent, pusher.protocol};
  const MutexLock lock(mu_);
  const auto [at, fresh] = all_.try_emplace(std::move(key), pusher);
  if (!fresh) {
    pusher.samples += at->second.samples;
    at->second = std::move(pusher);
    return;
  }
  if (all_.size() <= kMost) return;
  const auto older = [](const auto& a, const auto& b) { return a.second.last < b.second.last; };
  all_.erase(std::min_element(all_.begin(), all_.end(), older));
}

std::vector<Pusher> Pushers::all() const {
  std::vector<Pusher> out;
  const MutexLock lock(mu_);
  for (const auto& [key, pusher] : all_) out.push_back(pusher);
  return out;
}

}  // namespace oreum::api::prometheus
