// The tables of a store in PostgreSQL: made, recognised, brought up and down. docs/formats/postgres-schema.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "db/postgres.h"

namespace oreum::storage {

inline constexpr int64_t kPostgresSchema = 1;

/// Days of raw packs that have a partition of their own: 1970 to 2243. Others share one.
constexpr bool has_partition(int64_t day) { return day >= 0 && day < 100'000; }
/// The "day" of rollups, whose windows are longer.
inline constexpr int64_t kRollupDay = INT64_MIN;

/// kInvalidArgument when it is no name for a schema: lower-case letters, digits and _.
Status check_schema_name(const std::string& schema);

/// kFailedPrecondition when the server (150018 is 15.18) is too old.
Status check_server_version(int version, const std::string& where);

/// A connection that finds the schema's tables by their names.
Result<db::PgConnection> connect(const db::PgAddress& address, const std::string& schema);

/// Counts the connection among those that have the store open.
Status come_in(db::PgConnection& connection, const std::string& schema);
/// Whether the connection leads the store from here on, as long as it lives.
Result<bool> try_to_lead(db::PgConnection& connection, const std::string& schema);
/// Waits a moment for all others to go. kUnavailable: they do not.
Status lock_alone(db::PgConnection& connection, const std::string& schema, const std::string& where);

/// The version of the tables that are there, or 0 when they are to be made and can be. Changes nothing.
Result<int64_t> look_at_schema(db::PgConnection& connection, const std::string& schema, const std::string& where);

/// The same for who only reads: 0 when there is no store.
Result<int64_t> version_to_read(db::PgConnection& connection, const std::string& schema);

/// As look_at_schema, for one that does not lead: 0 while the leader has not made the tables yet. kUnavailable when it
/// runs another version of Oreum.
Result<int64_t> look_beside_leader(db::PgConnection& connection, const std::string& schema, const std::string& where);

/// kFailedPrecondition when a newer or older Oreum has brought the tables to its version, as table meta says.
Status check_same_version(std::string_view version, const std::string& schema);

/// Makes the tables where there are none, and brings them to a version, up or down, in one transaction under a lock.
/// Who else has the store open is refused from then on (the generation rises).
/// kFailedPrecondition when they are not ours, of a newer version, or the server is too old.
Status bring_to(db::PgConnection& connection, const std::string& schema, int64_t version, const Clock& clock);

}  // namespace oreum::storage
