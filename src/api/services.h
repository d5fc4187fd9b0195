// What the API is given by whoever composes the program.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/own_metrics.h"
#include "backup/keeper.h"
#include "base/clock.h"
#include "base/time.h"
#include "collect/reading.h"
#include "migrate/manager.h"
#include "promql/eval/engine.h"
#include "storage/store.h"

namespace oreum::api {

struct Services {
  // All outlive the API.
  const Clock& clock;
  storage::Store& store;
  promql::Engine& engine;  // over that store

  /// The latest collection; empty, or answering null, where nothing is collected here. Called on any thread.
  std::function<std::shared_ptr<const collect::Snapshot>()> latest;
  /// Appends what else the program says about itself (the server's connections …). Called on any thread.
  std::function<void(OwnMetrics&)> more_metrics;

  /// Makes and keeps backups, and outlives the API; null where there are none.
  backup::Keeper* backups = nullptr;

  /// Leads migrations, and outlives the API; null where there are none.
  migrate::Manager* migrations = nullptr;

  std::string instance;  // this host's, as stored samples carry it
  std::string version;   // "0.1.0"
  std::string revision;  // of the source; may be empty
  TimestampMs started{};
  milliseconds interval{1000};       // of collection: a snapshot much older than it is a fault
  std::filesystem::path data_dir{};  // whose free space health looks at; empty: none

  // What /api/v1/status shows of the configuration.
  std::string retention;                                   // "30d or 2GB"
  std::string config_yaml;                                 // all of it
  std::vector<std::pair<std::string, std::string>> flags;  // every setting by its flag's name, sorted

  bool admin_api = false;                   // whether samples can be deleted
  std::vector<std::string> cors_origins{};  // whose pages may use the API; "*": all
  size_t query_threads = 2;
  size_t query_queue = 64;
  size_t ingest_threads = 2;
  size_t ingest_queue = 32;
  size_t export_threads = 2;
  size_t export_queue = 8;
  milliseconds request_deadline{30'000};
  size_t max_streams = 64;
};

}  // namespace oreum::api
