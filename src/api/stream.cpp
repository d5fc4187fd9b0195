#include "api/stream.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include <fmt/core.h>

#include "api/stream_selection.h"

namespace oreum::api {

namespace {

constexpr std::chrono::seconds kHeartbeat{15};  // keeps proxies from closing a quiet stream
constexpr std::string_view kHeartbeatText = ": still here\n\n";

std::string event(std::string_view json) { return fmt::format("event: sample\ndata: {}\n\n", json); }

}  // namespace

/// One client. Only the hub's thread uses it, after subscribe() has filled it.
class StreamHub::Subscriber {
 public:
  Subscriber(StreamSelection selection, std::shared_ptr<net::Stream> stream)
      : selection_(std::move(selection)), stream_(std::move(stream)) {}

  void sample(const collect::Snapshot& snapshot) { keep_ = stream_->write(event(selection_.render(snapshot))); }
  void heartbeat() { keep_ = stream_->write(std::string(kHeartbeatText)); }
  bool closed() const { return !keep_ || !stream_->open(); }

 private:
  StreamSelection selection_;
  std::shared_ptr<net::Stream> stream_;
  std::atomic<bool> keep_{true};
};

StreamHub::StreamHub(const Services& services) : services_(services), thread_([this] { run(); }) {}

StreamHub::~StreamHub() { stop(); }

Status StreamHub::subscribe(const Call& call, std::unique_ptr<net::Responder>& responder) {
  TRY_ASSIGN(StreamSelection selection, StreamSelection::parse(call.request));
  drop_closed();
  const MutexLock lock(mu_);
  if (stopping_) return Error(Code::kUnavailable, "the server is stopping");
  if (subscribers_.size() >= services_.max_streams) {
    return Error(Code::kUnavailable, fmt::format("there are {} streams already: close one", subscribers_.size()));
  }
  auto stream = responder->stream({200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}}, {}});
  responder.reset();
  const auto snapshot = services_.latest ? services_.latest() : nullptr;
  // The first event at once: nobody should look at an empty page for a second.
  if (snapshot) stream->write(event(selection.render(*snapshot)));
  subscribers_.push_back(std::make_shared<Subscriber>(std::move(selection), std::move(stream)));
  return {};
}

void StreamHub::wake() {
  const MutexLock lock(mu_);
  if (subscribers_.empty()) return;  // nobody to wake the thread for
  ticked_ = true;
  changed_.notify_one();
}

size_t StreamHub::size() const {
  const MutexLock lock(mu_);
  return subscribers_.size();
}

void StreamHub::stop() {
  {
    const MutexLock lock(mu_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  const MutexLock lock(mu_);
  subscribers_.clear();
}

bool StreamHub::wait(bool& ticked) {
  const auto until = Monotonic::now() + kHeartbeat;
  const MutexLock lock(mu_);
  while (!ticked_ && !stopping_) {
    if (!changed_.wait_until(mu_, until)) break;
  }
  ticked = std::exchange(ticked_, false);
  return !stopping_;
}

void StreamHub::drop_closed() {
  const MutexLock lock(mu_);
  std::erase_if(subscribers_, [](const auto& subscriber) { return subscriber->closed(); });
}

void StreamHub::run() {
  for (bool ticked = false; wait(ticked);) {
    drop_closed();
    Subscribers all;
    {
      const MutexLock lock(mu_);
      all = subscribers_;
    }
    if (all.empty()) continue;
    const auto snapshot = ticked && services_.latest ? services_.latest() : nullptr;
    for (const auto& subscriber : all) {
      if (snapshot) {
        subscriber->sample(*snapshot);
      } else {
        subscriber->heartbeat();
      }
    }
  }
}

}  // namespace oreum::api
