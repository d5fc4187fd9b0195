// A transaction over a store's rows in PostgreSQL. docs/formats/postgres-schema.md.
#pragma once

#include <set>
#include <string>

#include "db/postgres.h"
#include "storage/backend.h"

namespace oreum::storage {

/// Of a pack's bytes: the first column of their key.
int64_t day_of(const Backend::PackKey& key);

/// See Backend::Transaction. Statements travel together; all but the first of them cost no round trip.
class PostgresWriting final : public Backend::Transaction {
 public:
  /// `partitions` are the days that have one; kept up to date.
  /// `schema` names the locks of the store.
  PostgresWriting(db::PgTransaction transaction, const std::string& schema, std::set<int64_t>& partitions,
                  Durability durability)
      : transaction_(std::move(transaction)), schema_(schema), partitions_(partitions), durability_(durability) {}

  Status raise_generation(int64_t to) override;
  Status require_generation(int64_t generation) override;
  Status require_last(int64_t seq) override;
  Status insert_journal(int64_t seq, std::string_view row) override;
  Status delete_journal(int64_t upto) override;
  Status set_meta(std::string_view key, std::string_view value) override;
  Result<std::string> read_series_block(int64_t first) override;
  Status insert_series_block(int64_t first, std::string_view data) override;
  Status erase_series_block(int64_t first) override;
  Status insert_pack(const PackMeta& meta) override;
  Status erase_pack(int64_t id) override;
  Status insert_pack_data(const PackMeta& meta, std::string_view bytes) override;
  Status erase_pack_data(std::span<const Backend::PackKey> packs) override;
  Status set_rolled(int64_t day, const Rolled& rolled) override;
  Status erase_rolled(int64_t day) override;
  Status insert_audit(TimestampMs t, std::string_view action, std::string_view detail) override;
  Status commit() override;

 private:
  Status erase_of_day(int64_t day, const std::string& ids);

  db::PgTransaction transaction_;
  const std::string& schema_;
  std::string generation_;  // that is required
  std::set<int64_t>& partitions_;
  std::set<int64_t> made_, dropped_;  // as the transaction leaves them
  Durability durability_;
};

}  // namespace oreum::storage
