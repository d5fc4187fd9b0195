// Where `oreum import` and `oreum export` find the samples: a running Oreum, or a data folder that none holds.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "cli/command.h"
#include "storage/store.h"

namespace oreum::cli {

/// The flags. They must outlive the parse.
struct PlaceFlags {
  std::string server;
  std::string data;
  std::string config;
  std::string retention;

  void add_to(CLI::App& command, bool writes);
  bool folder() const { return !data.empty(); }
};

/// A folder's store, opened as `oreum run` would, in this process.
struct OpenFolder {
  SystemClock clock;
  std::unique_ptr<storage::Store> store;
};

/// kUnavailable names the Oreum that holds the folder, and how to go through it.
Result<std::unique_ptr<OpenFolder>> open_folder(const PlaceFlags& flags);

/// The same error with what to do when nothing answered at --server.
Error no_server(Error error, const PlaceFlags& flags);

}  // namespace oreum::cli
