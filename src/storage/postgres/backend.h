// A store's rows in a schema of a PostgreSQL database.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "db/postgres.h"
#include "storage/backend.h"
#include "storage/postgres/postgres_store.h"

namespace oreum::storage {

/// See Backend and Sharing. One connection writes, and holds the leader's lock if this process leads; readers have
/// connections of their own.
class PostgresBackend final : public Backend, public Sharing {
 public:
  using Row = Backend::Row;

  static Result<std::unique_ptr<PostgresBackend>> open(const PostgresOptions& options);

  bool away() const override { return !writer_; }
  Result<bool> recover() override;
  Result<std::unique_ptr<Transaction>> begin(Durability durability) override;
  Result<std::string> meta(std::string_view key) override;
  Status load_series(const Row& row) override;
  Result<std::vector<PackPtr>> load_packs() override;
  Result<Catalog::Days> load_rolled() override;
  Status load_audit(const AuditRow& row) override;
  Status load_journal(int64_t after, const Row& row) override;
  Result<int64_t> last_pack() override;
  Result<std::vector<PackKey>> orphans(int64_t before) override;
  size_t erased_at_once() const override { return 1000; }
  Result<std::string> read_pack(const PackMeta& meta) override;
  uint64_t disk_bytes() const override;
  Result<uint64_t> used_bytes() override;
  Result<bool> give_back_some(bool /*all*/) override { return false; }  // the server's own vacuum does
  const std::string& instance_id() const override { return instance_id_; }
  std::string describe() const override { return "postgres"; }
  Error damaged(std::string_view what) const override;

  Sharing* sharing() override { return this; }
  bool leads() const override { return leads_; }
  Result<bool> try_to_lead() override;
  Status give_up_lead() override;
  Result<std::string> leader() override;
  Status hold_appends(bool held) override;
  Result<size_t> others() override;
  Result<int64_t> news(int64_t after, const Row& row) override;
  Result<std::unique_ptr<Moment>> begin_moment() override;
  Result<std::vector<int64_t>> pack_ids() override;
  Result<std::vector<PackPtr>> load_packs(std::span<const int64_t> ids) override;
  Status load_series_from(int64_t first, const Row& row) override;

 private:
  using Reader = std::unique_ptr<db::PgConnection>;

  PostgresBackend(const PostgresOptions& options, db::PgAddress address)
      : schema_(options.schema), clock_(options.engine.clock), address_(std::move(address)) {}
  /// Connects, takes the lead if it may and nobody has it within so long, and looks whose store it is.
  Status open_writer(milliseconds patience_to_lead, bool may_lead);
  /// Remembers that the server is away, and when it is asked again.
  void gone(const Error& error);
  /// The days that have a partition, for who makes and drops them.
  static Result<std::set<int64_t>> load_partitions(db::PgConnection& connection);
  /// kUnavailable without a connection.
  Result<db::PgConnection*> writer();
  /// An answer over one of the readers' connections. Any thread.
  Result<db::PgRows> read(std::string_view sql, db::PgValues values) const;
  Reader kept_reader() const;
  void give_reader(Reader reader) const;

  const std::string schema_;
  const Clock& clock_;
  const db::PgAddress address_;
  std::string instance_id_;
  std::optional<db::PgConnection> writer_;
  bool leads_ = false;
  bool known_tables_ = false;     // they were there, of this version
  std::set<int64_t> partitions_;  // days that have one
  // While the server is away it is not asked at every turn.
  Monotonic::time_point next_try_{};
  milliseconds pause_{0};
  std::optional<Error> away_;

  mutable Mutex readers_mu_;
  mutable std::vector<Reader> idle_ GUARDED_BY(readers_mu_);
  mutable uint64_t disk_bytes_ GUARDED_BY(readers_mu_) = 0;
  mutable Monotonic::time_point measured_ GUARDED_BY(readers_mu_){};
};

}  // namespace oreum::storage
