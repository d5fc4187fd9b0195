#include "promql/stores.h"

#include "storage/memory_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/temp_dir.h"

namespace oreum::test {

namespace {

/// Calls f(labels, time, value) for each sample of a load.
template <typename F>
void each_sample(const Load& load, const F& f) {
  for (const promql::SeriesLine& series : load.series) {
    for (size_t i = 0; i < series.values.size(); ++i) {
      if (series.values[i]) f(series.labels, static_cast<int64_t>(i) * load.step, *series.values[i]);
    }
  }
}

class InMemory final : public ScriptStore {
 public:
  static Result<std::unique_ptr<ScriptStore>> open() { return std::make_unique<InMemory>(); }

  Status add(const Load& load) override {
    each_sample(load, [&](const model::Labels& labels, int64_t ms, double v) { store_.add(labels, ms, v); });
    return {};
  }
  const storage::Queryable& queryable() const override { return store_; }

 private:
  storage::MemoryStore store_;
};

/// In a folder of its own; sealed after each load or never.
class InSqlite final : public ScriptStore {
 public:
  template <uint32_t chunk_samples, bool sealed>
  static Result<std::unique_ptr<ScriptStore>> open() {
    auto made = std::make_unique<InSqlite>();
    made->sealed_ = sealed;
    storage::SqliteOptions options{.folder = made->folder_.path(), .clock = made->clock_, .retention = {}};
    options.retention.age = milliseconds(0);
    options.retention.bytes = 0;
    options.chunk_samples = chunk_samples;
    options.background = false;
    TRY_ASSIGN(made->store_, storage::SqliteStore::open(options));
    return made;
  }

  Status add(const Load& load) override {
    model::Batch batch;
    each_sample(load, [&](const model::Labels& labels, int64_t ms, double v) {
      batch.add(batch.own(model::Series(labels)), TimestampMs{ms}, v);
    });
    TRY_ASSIGN(const storage::AppendResult result, store_->append(batch, storage::Durability::kKill));
    if (result.added + result.duplicates != batch.size()) {
      return Error(Code::kConflict, "the store did not take every sample of the load");
    }
    return sealed_ ? store_->seal() : Status{};
  }
  const storage::Queryable& queryable() const override { return *store_; }

 private:
  TempDir folder_;
  ManualClock clock_{TimestampMs{0}};
  bool sealed_ = false;
  std::unique_ptr<storage::Store> store_;
};

constexpr uint32_t kTiny = 3;
constexpr uint32_t kNormal = 240;

constexpr StoreKind kKinds[] = {
    {"memory", InMemory::open},
    {"sqlite_tiny_chunks", InSqlite::open<kTiny, true>},
    {"sqlite_normal_chunks", InSqlite::open<kNormal, true>},
    {"sqlite_head", InSqlite::open<kNormal, false>},
};

}  // namespace

std::span<const StoreKind> store_kinds() { return kKinds; }

}  // namespace oreum::test
