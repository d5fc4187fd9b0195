#include "storage/postgres/writing.h"

#include <map>

#include <fmt/core.h>

#include "storage/postgres/schema.h"

namespace oreum::storage {

using db::PgBytes;
using db::PgText;
using Expect = db::PgTransaction::Expect;

int64_t day_of(const Backend::PackKey& key) { return key.resolution == Resolution::kRaw ? key.window : kRollupDay; }

Status PostgresWriting::insert_journal(int64_t seq, std::string_view row) {
  // A server that is killed loses what it has not written yet, though Oreum lives on: rows are always waited for.
  durability_ = Durability::kPowerLoss;
  return transaction_.send("INSERT INTO journal(seq, data) VALUES($1, $2)", {seq, PgBytes{row}});
}

Status PostgresWriting::delete_journal(int64_t upto) {
  return transaction_.send("DELETE FROM journal WHERE seq <= $1", {upto});
}

Status PostgresWriting::set_meta(std::string_view key, std::string_view value) {
  return transaction_.send(
      "INSERT INTO meta(key, value) VALUES($1, $2) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
      {PgText{key}, PgText{value}});
}

Result<std::string> PostgresWriting::read_series_block(int64_t first) {
  TRY_ASSIGN(const db::PgRows rows, transaction_.query("SELECT data FROM series WHERE first = $1", {first}));
  if (rows.size() == 0) return Error(Code::kDataLoss, fmt::format("the block of series {} is missing", first));
  return std::string(rows.bytes(0, 0));
}

Status PostgresWriting::insert_series_block(int64_t first, std::string_view data) {
  return transaction_.send("INSERT INTO series(first, data) VALUES($1, $2)", {first, PgBytes{data}});
}

Status PostgresWriting::erase_series_block(int64_t first) {
  return transaction_.send("DELETE FROM series WHERE first = $1", {first}, Expect::kOne);
}

Status PostgresWriting::insert_pack(const PackMeta& meta) {
  const std::string refs = meta.refs.encode();
  // Only with its bytes: they were not waited for, and a server that was killed meanwhile has lost them.
  return transaction_.send(
      "INSERT INTO pack(id, resolution, level, t_min, t_max, samples, bytes, digest, refs) "
      "SELECT id, $3::int8, $4::int8, $5::int8, $6::int8, $7::int8, $8::int8, $9::int8, $10::bytea FROM pack_data "
      "WHERE day = $1 AND id = $2",
      {day_of(Backend::PackKey::of(meta)), meta.id, static_cast<int64_t>(meta.resolution), int64_t{meta.level},
       meta.t_min, meta.t_max, static_cast<int64_t>(meta.samples), static_cast<int64_t>(meta.bytes),
       static_cast<int64_t>(meta.digest), PgBytes{refs}},
      Expect::kOne);
}

Status PostgresWriting::erase_pack(int64_t id) {
  return transaction_.send("DELETE FROM pack WHERE id = $1", {id}, Expect::kOne);
}

Status PostgresWriting::insert_pack_data(const PackMeta& meta, std::string_view bytes) {
  const int64_t day = day_of(Backend::PackKey::of(meta));
  if (has_partition(day) && !partitions_.contains(day) && made_.insert(day).second) {
    TRY(transaction_.send_once(
        fmt::format("CREATE TABLE IF NOT EXISTS pack_d{0} PARTITION OF pack_data FOR VALUES IN ({0})", day)));
  }
  return transaction_.send("INSERT INTO pack_data(day, id, data) VALUES($1, $2, $3)", {day, meta.id, PgBytes{bytes}});
}

Status PostgresWriting::erase_pack_data(std::span<const Backend::PackKey> packs) {
  std::map<int64_t, std::string> ids;
  for (const Backend::PackKey& pack : packs) {
    std::string& list = ids[day_of(pack)];
    list += fmt::format("{}{}", list.empty() ? "" : ",", pack.id);
  }
  for (const auto& [day, list] : ids) TRY(erase_of_day(day, list));
  return {};
}

Status PostgresWriting::erase_of_day(int64_t day, const std::string& ids) {
  if (partitions_.contains(day)) {
    TRY_ASSIGN(const db::PgRows left,
               transaction_.query_once(fmt::format("SELECT count(*) FROM pack_data d WHERE day = {} AND "
                                                   "(id NOT IN ({}) OR EXISTS (SELECT FROM pack WHERE pack.id = d.id))",
                                                   day, ids)));
    if (left.integer(0, 0) == 0) {
      dropped_.insert(day);
      return transaction_.send_once(fmt::format("DROP TABLE pack_d{}", day));
    }
  }
  return transaction_.send_once(
      fmt::format("DELETE FROM pack_data WHERE day = {} AND id IN ({}) AND id NOT IN (SELECT id FROM pack)", day, ids));
}

Status PostgresWriting::set_rolled(int64_t day, const Rolled& rolled) {
  return transaction_.send(
      "INSERT INTO rolled(day, digest, cut, made) VALUES($1, $2, $3, $4) ON CONFLICT(day) DO UPDATE SET "
      "digest = excluded.digest, cut = excluded.cut, made = excluded.made",
      {day, static_cast<int64_t>(rolled.digest), rolled.cut, int64_t{rolled.made}});
}

Status PostgresWriting::erase_rolled(int64_t day) {
  return transaction_.send("DELETE FROM rolled WHERE day = $1", {day});
}

Status PostgresWriting::insert_audit(TimestampMs t, std::string_view action, std::string_view detail) {
  return transaction_.send("INSERT INTO audit(t, action, detail) VALUES($1, $2, $3)",
                           {t.ms, PgText{action}, PgText{detail}});
}

Status PostgresWriting::commit() {
  if (durability_ == Durability::kKill) TRY(transaction_.send_once("SET LOCAL synchronous_commit = off"));
  TRY(transaction_.commit());
  partitions_.insert(made_.begin(), made_.end());
  for (const int64_t day : dropped_) partitions_.erase(day);
  return {};
}

}  // namespace oreum::storage
