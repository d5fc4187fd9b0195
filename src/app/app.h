// The composition root: builds the objects, starts them in order and stops them in the opposite one.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "migrate/manager.h"
#include "storage/store.h"

namespace oreum::app {

/// The store of a configuration; the clock outlives it.
Result<std::unique_ptr<storage::Store>> open_store(const config::Config& config, const Clock& clock);

/// The same with its migrations, an unfinished one going on. It may be opened while its database is away, if it was
/// opened from this data folder before and `may_be_away`.
Result<std::unique_ptr<migrate::Manager>> open_migrations(const config::Config& config, const Clock& clock,
                                                          bool may_be_away = false);

/// A running Oreum. Belongs to one thread.
class App {
 public:
  /// Opens the store, serves, and, when `collect` is true, collects. The error says what to do.
  static Result<std::unique_ptr<App>> start(const config::Config& config, bool collect);
  /// Stops.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// "http://127.0.0.1:8000".
  std::string url() const;

  /// Collects no more, commits what was collected, lets running requests end for a moment. Idempotent.
  void stop();

 private:
  class Impl;
  explicit App(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace oreum::app
