// SIGINT and SIGTERM as an answer to wait for.
#pragma once

namespace oreum::app {

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and those it starts, and ignores SIGPIPE. Make it before threads.
class Signals {
 public:
  Signals();
  /// Waits for SIGINT or SIGTERM and returns it. SIGHUP does nothing: configuration is read at the start.
  int wait() const;
};

}  // namespace oreum::app
