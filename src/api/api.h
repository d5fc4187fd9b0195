// The API: one handler over the route table.
#pragma once

#include <memory>

#include "api/own_metrics.h"
#include "api/services.h"
#include "net/http.h"

namespace oreum::api {

/// Thread-safe. Stops in its destructor. The server must have been stopped before it goes away, or take no more
/// requests.
class Api {
 public:
  explicit Api(Services services);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// For net::Server; good as long as this.
  net::Handler handler();

  /// A collection was published: wakes the event streams. Cheap; for the scheduler's on_tick.
  void on_tick();

  /// What the program says about itself, as /metrics shows it beside the collection.
  void append_own_metrics(OwnMetrics& out) const;

  /// Ends the streams, answers waiting requests with 503, waits for the running ones. Idempotent.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace oreum::api
