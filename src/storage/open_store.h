// Stores by URL: "sqlite:/folder", "postgres://user@host/database?schema=name".
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/check.h"
#include "storage/engine/options.h"
#include "storage/store.h"

namespace oreum::storage {

/// Where samples wait while a database is away.
struct SpoolPlace {
  std::filesystem::path folder;  // empty: nowhere
  uint64_t bytes = 0;            // at most; 0: none, but what is there goes on
  /// Opens a store whose database is away all the same, if it was opened from here before: it then knows nothing of
  /// what is stored until the database is back.
  bool may_be_away = false;
};

/// Opens the store, making it when there is none. The folder of `options` is not looked at. kInvalidArgument: no URL of
/// a store; else as SqliteStore::open and PostgresStore::open.
Result<std::unique_ptr<Store>> open_store(const std::string& url, EngineOptions options, const SpoolPlace& spool = {});

/// What is behind a URL; changes nothing.
struct StorePlace {
  bool there = false;
  std::optional<uint64_t> free_bytes;  // where it can be told
  std::string instance;                // of the store, where it can be told without opening it
  std::optional<TimestampMs> clock;    // of the machine it is on, where that may be another
};
/// Errors as of open_store.
Result<StorePlace> look_at_store(const std::string& url);

/// How long it takes to write so many bytes there; leaves nothing. Errors as of open_store.
Result<milliseconds> try_writing(const std::string& url, uint64_t bytes);

/// See check_rows(). kNotFound: no store is there; else as of open_store.
Result<CheckReport> check_store(const std::string& url, const CheckOptions& options = {});

/// How the tables of a store are laid out: docs/formats numbers the versions.
struct StoreSchema {
  int64_t version = 0;  // 0: no store is there
  int64_t newest = 0;   // that this Oreum knows
  bool goes_down = false;
};
/// Errors as of open_store.
Result<StoreSchema> schema_of(const std::string& url);

/// Brings the tables up or down to a version, in one transaction, for another version of Oreum to use. Nobody may have
/// the store open. kInvalidArgument: there is no such version. kUnimplemented: this kind of store does not go down.
Status bring_to_schema(const std::string& url, int64_t version);

/// Beside a store, a place for a copy of it that is soon removed: a folder in it, or another schema of its database.
/// kInvalidArgument: no URL of a store.
Result<std::string> scratch_url(const std::string& url);

/// Copies a store, while it works, to where there is none yet. kUnimplemented: both would have to be files.
Status copy_store(Store& from, const std::string& url);

/// Deletes a store that is not open, and leaves everything that is not its own.
Status remove_store(const std::string& url);

}  // namespace oreum::storage
