#include "storage/open_store.h"

#include <filesystem>

#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/rows.h"
#include "storage/postgres/schema.h"
#include "storage/spool/known_stores.h"
#include "storage/spool/spooled_store.h"
#include "storage/sqlite/rows.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::storage {

namespace {

constexpr std::string_view kSqlite = "sqlite:";

bool in_postgres(const std::string& url) { return url.starts_with("postgres://") || url.starts_with("postgresql://"); }

Result<std::filesystem::path> folder_of(const std::string& url) {
  if (!url.starts_with(kSqlite) || url.size() == kSqlite.size()) {
    return Error(Code::kInvalidArgument, fmt::format("\"{}\" names no store: expected sqlite:/path/to/folder or "
                                                     "postgres://user@host:5432/database",
                                                     without_password(url)));
  }
  return std::filesystem::path(url.substr(kSqlite.size()));
}

/// libpq's address, without our own parameter `schema`.
struct Address {
  std::string libpq;
  std::string schema = "oreum";
};

Address address_of(const std::string& url) {
  Address address;
  const size_t question = std::min(url.find('?'), url.size());
  address.libpq = url.substr(0, question);
  char separator = '?';
  for (size_t at = question + 1; at < url.size();) {
    const size_t end = std::min(url.find('&', at), url.size());
    const std::string one = url.substr(at, end - at);
    constexpr std::string_view kSchema = "schema=";
    if (one.starts_with(kSchema)) {
      address.schema = one.substr(kSchema.size());
    } else {
      address.libpq += separator + one;
      separator = '&';
    }
    at = end + 1;
  }
  return address;
}

/// The nearest folder that is there: on the same disk.
std::filesystem::path nearest_folder(const std::filesystem::path& folder) {
  std::error_code ec;
  std::filesystem::path on = std::filesystem::absolute(folder, ec);
  while (!std::filesystem::exists(on, ec) && on.has_relative_path()) on = on.parent_path();
  return on;
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url, EngineOptions options, const SpoolPlace& spool) {
  if (in_postgres(url)) {
    Address address = address_of(url);
    const KnownStores known(spool.folder);
    PostgresOptions postgres{options, std::move(address.libpq), std::move(address.schema)};
    if (spool.may_be_away) postgres.known_instance = known.instance_at(url);
    TRY_ASSIGN(std::unique_ptr<Store> store, PostgresStore::open(postgres));
    if (spool.folder.empty()) return store;
    known.remember(url, store->instance_id());
    // Each store has its own: what waits for one must not go to another.
    const std::filesystem::path folder = spool.folder / store->instance_id();
    return SpooledStore::open(std::move(store), {std::move(options), folder, spool.bytes});
  }
  TRY_ASSIGN(options.folder, folder_of(url));
  return SqliteStore::open(options);
}

Result<StorePlace> look_at_store(const std::string& url) {
  StorePlace place;
  if (in_postgres(url)) {
    const Address address = address_of(url);
    TRY_ASSIGN(PostgresPlace found, PostgresStore::look(address.libpq, address.schema));
    place.there = found.there;
    place.instance = std::move(found.instance);
    place.clock = found.clock;
    return place;
  }
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  std::error_code ec;
  place.there = std::filesystem::exists(folder / "oreum.db", ec);
  const std::filesystem::path on = nearest_folder(folder);
  if (!std::filesystem::is_directory(on, ec)) {
    return Error(Code::kFailedPrecondition, fmt::format("{} is no folder: name another place", on.string()));
  }
  const std::filesystem::space_info space = std::filesystem::space(on, ec);
  if (!ec) place.free_bytes = space.available;
  return place;
}

Result<milliseconds> try_writing(const std::string& url, uint64_t bytes) {
  if (in_postgres(url)) {
    const Address address = address_of(url);
    return PostgresStore::try_writing(address.libpq, address.schema, bytes);
  }
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  const std::filesystem::path file = nearest_folder(folder) / fmt::format(".oreum-trial-{}", ::getpid());
  const auto began = Monotonic::now();
  const Status written = write_file_atomically(file, std::string(bytes, 'o'));
  const auto took = std::chrono::duration_cast<milliseconds>(Monotonic::now() - began);
  std::error_code ec;
  std::filesystem::remove(file, ec);
  if (!written) return written.error();
  return took;
}

namespace {

Result<std::unique_ptr<StoreRows>> read_rows(const std::string& url) {
  if (in_postgres(url)) {
    const Address address = address_of(url);
    return read_postgres_rows(address.libpq, address.schema);
  }
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  return read_sqlite_rows(folder);
}

}  // namespace

Result<CheckReport> check_store(const std::string& url, const CheckOptions& options) {
  TRY_ASSIGN(const std::unique_ptr<StoreRows> rows, read_rows(url));
  return check_rows(*rows, options);
}

Result<StoreSchema> schema_of(const std::string& url) {
  StoreSchema schema;
  if (in_postgres(url)) {
    const Address address = address_of(url);
    TRY_ASSIGN(schema.version, PostgresStore::version(address.libpq, address.schema));
    schema.newest = kPostgresSchema;
    schema.goes_down = true;
    return schema;
  }
  schema.newest = kSqliteSchema;
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  std::error_code ec;
  if (!std::filesystem::exists(folder / "oreum.db", ec)) return schema;
  TRY_ASSIGN(db::Database db, open_reader(folder / "oreum.db"));
  TRY_ASSIGN(const Identity identity, identify(db, folder / "oreum.db"));
  schema.version = identity.schema;
  return schema;
}

Status bring_to_schema(const std::string& url, int64_t version) {
  TRY_ASSIGN(const StoreSchema schema, schema_of(url));
  if (schema.version == 0) return Error(Code::kNotFound, fmt::format("no store is at {}", without_password(url)));
  if (version < 1 || version > schema.newest) {
    return Error(Code::kInvalidArgument,
                 fmt::format("there is no schema {}: this Oreum knows 1 to {}", version, schema.newest));
  }
  if (version == schema.version) return {};
  if (in_postgres(url)) {
    const Address address = address_of(url);
    return PostgresStore::bring_to_version(address.libpq, address.schema, version);
  }
  if (version < schema.version) {
    return Error(Code::kUnimplemented,
                 "a store in SQLite does not go down: restore a backup that the older Oreum has made (oreum backup "
                 "restore), or move what is stored by oreum export and oreum import");
  }
  const SystemClock clock;
  EngineOptions options{.folder = {}, .clock = clock};
  TRY_ASSIGN(options.folder, folder_of(url));
  const auto brought_up = SqliteStore::open_backend(options);
  if (!brought_up) return brought_up.error();
  return {};
}

Result<std::string> scratch_url(const std::string& url) {
  if (in_postgres(url)) {
    const Address address = address_of(url);
    const char separator = address.libpq.find('?') == std::string::npos ? '?' : '&';
    return fmt::format("{}{}schema={}_rehearsal", address.libpq, separator, address.schema);
  }
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  return fmt::format("{}{}", kSqlite, (folder / "rehearsal").string());
}

Status copy_store(Store& from, const std::string& url) {
  if (in_postgres(url)) return Error(Code::kUnimplemented, "a store in PostgreSQL is no file");
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  TRY(make_dirs(folder));
  return from.copy_to(folder / "oreum.db", [](uint64_t, uint64_t) -> Status { return {}; });
}

Status remove_store(const std::string& url) {
  if (in_postgres(url)) {
    const Address address = address_of(url);
    return PostgresStore::remove(address.libpq, address.schema);
  }
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  // The database last: while it is there, so is what belongs to it.
  for (const char* name : {"oreum.db-wal", "oreum.db-shm", "oreum.db", "oreum.lock"}) {
    std::error_code ec;
    std::filesystem::remove(folder / name, ec);
    if (ec) return errno_error(ec.value(), fmt::format("deleting {}", (folder / name).string()));
  }
  std::error_code ec;
  std::filesystem::remove(folder, ec);  // only when it is empty
  return {};
}

}  // namespace oreum::storage
