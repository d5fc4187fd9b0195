// StreamHub: server-sent events of chosen series, one event a collection.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "api/route.h"
#include "api/services.h"
#include "base/mutex.h"

namespace oreum::api {

/// A thread of its own writes to the subscribers, so that neither the collection nor the io thread waits. It looks at
/// the latest snapshot: a tick that comes while it writes is not queued. Thread-safe.
class StreamHub {
 public:
  /// `services` outlive it.
  explicit StreamHub(const Services& services);
  ~StreamHub();
  StreamHub(const StreamHub&) = delete;
  StreamHub& operator=(const StreamHub&) = delete;

  /// Answers GET /api/v1/stream and keeps the stream. kInvalidArgument names the parameter; kUnavailable: too many.
  Status subscribe(const Call& call, std::unique_ptr<net::Responder>& responder) EXCLUDES(mu_);
  /// There is a new snapshot.
  void wake() EXCLUDES(mu_);
  size_t size() const EXCLUDES(mu_);
  /// Ends all streams. Idempotent.
  void stop() EXCLUDES(mu_);

 private:
  class Subscriber;
  using Subscribers = std::vector<std::shared_ptr<Subscriber>>;

  void run() EXCLUDES(mu_);
  /// Waits for a tick or for the time of a heartbeat; false when it is over.
  bool wait(bool& ticked) EXCLUDES(mu_);
  void drop_closed() EXCLUDES(mu_);

  const Services& services_;
  mutable Mutex mu_;
  CondVar changed_;
  Subscribers subscribers_ GUARDED_BY(mu_);
  bool ticked_ GUARDED_BY(mu_) = false;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::jthread thread_;  // last: starts when all else is there
};

}  // namespace oreum::api
