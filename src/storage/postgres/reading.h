// Reading the tables of a store: what its backend and whoever looks from outside have in common.
// docs/formats/postgres-schema.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/postgres.h"
#include "storage/catalog.h"

namespace oreum::storage {

inline constexpr std::string_view kSelectPacks =
    "SELECT id, resolution, level, t_min, t_max, samples, bytes, digest, refs FROM pack";

/// In parts: a journal that somebody holds may be long.
inline constexpr std::string_view kSelectJournalPart =
    "SELECT seq, data FROM journal WHERE seq > $1 ORDER BY seq LIMIT 64";

/// Of the whole schema, in one row.
inline constexpr std::string_view kSelectDiskBytes =
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::int8 FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'";

/// Of rows of kSelectPacks. kDataLoss names a damaged one.
Result<std::vector<PackPtr>> packs_of(const db::PgRows& rows);

/// How a statement is asked; its text is a literal.
using PgAsk = std::function<Result<db::PgRows>(std::string_view sql, db::PgValues values)>;

/// The bytes of a pack of the catalog. kDataLoss: they are missing. kUnavailable: whoever leads the store has dropped
/// the pack since it was looked what there is.
Result<db::PgRows> select_pack(const PackMeta& meta, const PgAsk& ask);

}  // namespace oreum::storage
