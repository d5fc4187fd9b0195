// Who leads a migration for `oreum migrate`: a running Oreum, or this process on a data folder that none holds.
#pragma once

#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "migrate/manager.h"

namespace oreum::cli {

/// Answers are the JSON of /api/v1/migrations.
class MigrateClient {
 public:
  virtual ~MigrateClient() = default;
  virtual Result<boost::json::object> status() = 0;
  virtual Result<boost::json::object> plan(const std::string& to) = 0;
  virtual Status begin(const std::string& to) = 0;
  /// Asks for an action; `parameter` is like "percent=5", or empty.
  virtual Status act(const std::string& action, const std::string& parameter) = 0;
};

/// For a parameter of act().
std::string encoded(const std::string& text);

std::unique_ptr<MigrateClient> client_of_server(const std::string& url);
/// Opens the store of the configuration.
Result<std::unique_ptr<MigrateClient>> client_of_folder(const config::Config& config);

}  // namespace oreum::cli
