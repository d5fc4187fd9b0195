#include "storage/postgres/writing.h"

#include <map>

#include <fmt/core.h>

#include "storage/postgres/schema.h"

namespace oreum::storage {

using db::PgBytes;
using db::PgText;
using Expect = db::PgTransaction::Expect;

int64_t day_of(const Backend::PackKey& key) { return key.resolution == Resolution::kRaw ? key.window : kRollupDay; }

// The fence between appends of followers and what the leader changes. The leader's transaction takes a lock alone, the
// followers' take it together, each as its first statement and until after its commit can be seen. So, of an append and
// a change, either
//   * the append's lock came first: then the change waits for its commit, and every statement of the change that comes
//     after the lock sees the append's row (Read Committed: each statement looks anew); or
//   * the change's lock came first: then the append waits for that commit, its INSERT sees the new generation and is
//     refused, and the follower reads what has changed before it tries again.
// Without the lock an append could have looked at the generation just before a seal commits, and put its row in just
// after: at a seq that the seal has freed, which the key of table journal no longer guards; it would never be read.
// The lock is taken before anything else is touched: a change that had deleted a row and then waited for an append that
// waits for that row would wait for ever. The leader's own appends need no lock: one connection does one thing at a
// time.

Status PostgresWriting::raise_generation(int64_t to) {
  TRY(transaction_.send("SELECT pg_advisory_xact_lock(hashtextextended('oreum generation ' || $1, 0))::text",
                        {PgText{schema_}}));
  return set_meta(kGeneration, fmt::format("{}", to));
}

Status PostgresWriting::require_generation(int64_t generation) {
  generation_ = fmt::format("{}", generation);
  return transaction_.send("SELECT pg_advisory_xact_lock_shared(hashtextextended('oreum generation ' || $1, 0))::text",
                           {PgText{schema_}});
}

Status PostgresWriting::require_last(int64_t seq) {
  TRY_ASSIGN(const db::PgRows rows,
             transaction_.query("SELECT greatest((SELECT max(seq) FROM journal), $1::int8)", {seq}));
  if (rows.integer(0, 0) == seq) return {};
  return Error(Code::kConflict, "another Oreum has appended to the store meanwhile");
}

Status PostgresWriting::insert_journal(int64_t seq, std::string_view row) {
  // A server that is killed loses what it has not written yet, though Oreum lives on: rows are always waited for.
  durability_ = Durability::kPowerLoss;
  if (!generation_.empty()) {
    // A null is refused at once, and costs no round trip to find out.
    return transaction_.send(
        "INSERT INTO journal(seq, data) SELECT CASE WHEN "
        "coalesce((SELECT value FROM meta WHERE key = 'generation'), '0') = $3::text THEN $1::int8 END, "
        "$2::bytea",
        {seq, PgBytes{row}, PgText{generation_}});
  }
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
