// The store of level 2: the same tables and bytes as in SQLite, in a schema of a PostgreSQL database.
// docs/formats/postgres-schema.md.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/backend.h"
#include "storage/engine/options.h"
#include "storage/store.h"

namespace oreum::storage {

struct PostgresOptions {
  EngineOptions engine;
  std::string address;           // postgres://user:password@host/database, see db::PgAddress
  std::string schema = "oreum";  // made when missing
  /// How long opening waits for the lead: the connection of one that was killed may take a moment to end.
  milliseconds patience_to_lead{250};
  /// The id of the store that is known to be there: then opening succeeds while the server is away, and what is stored
  /// is read when it is back. Empty: a server that is away is an error.
  std::string known_instance{};
};

/// What is behind an address.
struct PostgresPlace {
  bool there = false;    // a store
  std::string instance;  // its id
  TimestampMs clock;     // the server's, when it was asked
};

class PostgresStore {
 public:
  /// Opens or makes the store and replays its journal. Several processes may do so at
  /// once. kUnavailable: the server is away.
  /// kFailedPrecondition: too old a server, written by a newer version, or the schema holds something else.
  /// kPermissionDenied, kNotFound: the message says what to do.
  static Result<std::unique_ptr<Store>> open(const PostgresOptions& options);
  /// Looks whether open() would find or could make a store; changes nothing, and does not mind who has it open. Errors
  /// as of open().
  static Result<PostgresPlace> look(const std::string& address, const std::string& schema);
  /// How long the server takes for so many bytes, the log for crashes left out; nothing stays there.
  static Result<milliseconds> try_writing(const std::string& address, const std::string& schema, uint64_t bytes);
  /// Deletes the store's tables; the schema stays, which may be somebody else's. kUnavailable: an Oreum has it open.
  static Status remove(const std::string& address, const std::string& schema);
  /// The version of the tables; 0: there is no store. kFailedPrecondition: of a newer Oreum.
  static Result<int64_t> version(const std::string& address, const std::string& schema);
  /// Brings the tables up or down; to 0 they go. kUnavailable: an Oreum has them open.
  static Status bring_to_version(const std::string& address, const std::string& schema, int64_t version);
  /// The database alone, for an engine.
  static Result<std::unique_ptr<Backend>> open_backend(const PostgresOptions& options);
};

}  // namespace oreum::storage
