// What a store offers to migrations, reading: records, the hold, units and journal rows.
// docs/decisions/0014-migration.md.
#include <algorithm>
#include <charconv>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/fault.h"
#include "base/number.h"
#include "storage/engine/engine.h"
#include "storage/engine/series_set.h"
#include "storage/fault_points.h"

namespace oreum::storage {

namespace {

/// Records are rows of meta; an empty value is none.
std::string key_of(std::string_view name) { return fmt::format("migration.{}", name); }

/// See MoveReader.
class EngineMoveReader final : public MoveReader {
 public:
  explicit EngineMoveReader(Engine& engine) : engine_(engine) {}

  Result<bool> read_journal(int64_t& position, int64_t upto, size_t most, model::Batch& batch) override {
    batch.clear();
    bool any = false;
    TRY(engine_.read_journal(position, [&](int64_t seq, std::string_view bytes) -> Result<bool> {
      if (seq > upto) return false;
      if (Status status = decode_journal_row(bytes, row_); !status) {
        return Error(std::move(status).error()).wrap(fmt::format("journal row {}", seq));
      }
      for (size_t i = 0; i < row_.t.size(); ++i) {
        // A series without samples was deleted, and what the row says of it with it.
        const model::Series* series = find(row_.refs[i]);
        if (series == nullptr) continue;
        batch.add(series->id, series->labels.encoded(), {row_.t[i]}, row_.v[i], hint_of(row_.refs[i]));
      }
      any = true;
      position = seq;
      return batch.size() < most;
    }));
    return any;
  }

  Result<std::vector<PackPtr>> units() override {
    TRY_ASSIGN(const std::optional<std::string> text, engine_.record(kRecordUnits));
    std::unordered_map<int64_t, PackPtr> packs;
    engine_.catalog()->for_each([&](const PackPtr& pack) { packs.emplace(pack->id, pack); });
    std::vector<PackPtr> units;
    std::string_view rest = text ? std::string_view(*text) : std::string_view();
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      const std::optional<int64_t> id = parse_i64(one);
      const auto found = packs.find(id.value_or(0));
      if (found == packs.end()) {
        return Error(Code::kDataLoss, fmt::format("pack {}, which is to be copied, is not there any more", one));
      }
      units.push_back(found->second);
    }
    return units;
  }

  Result<Unit> read_unit(const PackPtr& pack) override {
    Unit unit{.meta = *pack, .bytes = {}, .series = {}};
    TRY_ASSIGN(unit.bytes, engine_.read_pack(*pack));
    unit.series.reserve(pack->refs.size());
    for (const RefRuns::Run& run : pack->refs.runs()) {
      for (int64_t ref = run.first; ref <= run.last(); ++ref) {
        if (find(ref) == nullptr) {
          return Error(Code::kDataLoss, fmt::format("pack {} has a series that is not there", pack->id));
        }
        unit.series.push_back(by_ref_.at(ref));
      }
    }
    return unit;
  }

 private:
  /// Refs are dense, so they number series as a batch likes it; not without bound.
  static uint32_t hint_of(int64_t ref) {
    constexpr int64_t kMostHints = 4'000'000;
    return ref < kMostHints ? static_cast<uint32_t>(ref) : model::Batch::kNoHint;
  }
  const model::Series* find(int64_t ref) {
    auto it = by_ref_.find(ref);
    if (it == by_ref_.end() && ref > last_ref_) {
      engine_.index().for_each([&](const HeadSeries& series) {
        by_ref_.emplace(series.ref, series.series);
        last_ref_ = std::max(last_ref_, series.ref);
      });
      last_ref_ = std::max(last_ref_, ref);
      it = by_ref_.find(ref);
    }
    return it == by_ref_.end() ? nullptr : it->second.get();
  }

  Engine& engine_;
  JournalRow row_;
  std::unordered_map<int64_t, SeriesPtr> by_ref_;
  int64_t last_ref_ = 0;  // what is above was not looked for yet
};

}  // namespace

Result<std::optional<std::string>> Engine::record(std::string_view name) {
  const MutexLock write(write_mu_);
  TRY(ready());
  TRY_ASSIGN(std::string text, db().meta(key_of(name)));
  if (text.empty()) return std::optional<std::string>();
  return std::optional(std::move(text));
}

Result<std::vector<Record>> Engine::read_records() {
  std::vector<Record> records;
  for (const std::string_view name : {kRecordHold, kRecordPaused, kRecordRetired}) {
    TRY_ASSIGN(std::string text, db().meta(key_of(name)));
    records.push_back({std::string(name), text.empty() ? std::nullopt : std::optional(std::move(text))});
  }
  return records;
}

void Engine::obey(std::span<const Record> records) {
  for (const Record& record : records) {
    if (record.name == kRecordHold) hold_ = record.value ? parse_i64(*record.value) : std::nullopt;
    if (record.name == kRecordPaused) paused_ = record.value.has_value();
    if (record.name == kRecordRetired) {
      retired_ = record.value;
      is_retired_ = retired_.has_value();
    }
  }
}

Status Engine::write_records(Backend::Transaction& transaction, std::span<const Record> records) {
  for (const Record& record : records) {
    TRY(transaction.set_meta(key_of(record.name), record.value.value_or("")));
    // Rows that only the hold kept go with it.
    if (record.name == kRecordHold && !record.value) TRY(transaction.delete_journal(floor_));
  }
  return {};
}

Status Engine::put_records(std::span<const Record> records, std::optional<int64_t> only_at) {
  const MutexLock write(write_mu_);
  TRY(must_lead());
  if (only_at && *only_at != next_seq_ - 1) {
    return Error(Code::kUnavailable, "there are newer samples in the store: try again");
  }
  const bool fences = only_at || std::any_of(records.begin(), records.end(),
                                             [](const Record& record) { return record.name == kRecordRetired; });
  const auto put = [&]() NO_THREAD_SAFETY_ANALYSIS -> Status {  // called below only, under write_mu_
    TRY_ASSIGN(const auto transaction, db().begin(Durability::kPowerLoss));
    if (fences) TRY(raise(*transaction));
    if (only_at) TRY(transaction->require_last(*only_at));
    TRY(write_records(*transaction, records));
    return transaction->commit();
  };
  TRY(settled(put()));
  if (fences) raised();
  obey(records);
  return {};
}

int64_t Engine::position() const NO_THREAD_SAFETY_ANALYSIS {
  const MutexLock lock(mu_);  // it changes under both locks, together with the head
  return next_seq_ - 1;
}

/// Under the write lock: a series that came between matching and looking would be missing.
Result<Positioned> Engine::select_at(std::span<const model::Matcher> matchers, TimestampMs t_min, TimestampMs t_max) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  const MutexLock write(write_mu_);
  return Positioned{std::make_unique<EngineSeriesSet>(*this, t_min, t_max, view(compiled, t_min, t_max)),
                    next_seq_ - 1};
}

Result<int64_t> Engine::hold(std::span<const Record> records) {
  const MutexLock compact(compact_mu_);  // no job is at work
  const MutexLock write(write_mu_);
  TRY(must_lead());
  std::vector<Record> all(records.begin(), records.end());
  const int64_t position = hold_.value_or(floor_);
  if (!hold_) {
    std::vector<int64_t> ids;
    catalog_for_writer().for_each([&](const PackPtr& pack) { ids.push_back(pack->id); });
    std::sort(ids.begin(), ids.end());
    all.push_back({std::string(kRecordHold), fmt::format("{}", position)});
    all.push_back({std::string(kRecordPaused), "1"});
    all.push_back({std::string(kRecordUnits), fmt::format("{}", fmt::join(ids, ","))});
  }
  TRY_ASSIGN(const auto transaction, db().begin(Durability::kPowerLoss));
  TRY(write_records(*transaction, all));
  TRY(transaction->commit());
  obey(all);
  return position;
}

Status Engine::release_journal(int64_t position) {
  const MutexLock write(write_mu_);
  if (!hold_ || position <= *hold_) return {};
  TRY(must_lead());
  const Record records[] = {{std::string(kRecordHold), fmt::format("{}", position)}};
  // After a power loss rows and hold are as before, together.
  TRY_ASSIGN(const auto transaction, db().begin(Durability::kKill));
  TRY(transaction->delete_journal(std::min(position, floor_)));
  TRY(write_records(*transaction, records));
  TRY(transaction->commit());
  obey(records);
  return {};
}

std::unique_ptr<MoveReader> Engine::move_reader() { return std::make_unique<EngineMoveReader>(*this); }

Status Engine::read_journal(int64_t after, const std::function<Result<bool>(int64_t, std::string_view)>& row) {
  const MutexLock write(write_mu_);
  TRY(ready());
  bool enough = false;
  Status status =
      db().load_journal(after, [&](int64_t seq, std::string_view bytes) NO_THREAD_SAFETY_ANALYSIS -> Status {
        // Rows that another process has just written come with their series once they are taken in.
        if (seq >= next_seq_) {
          enough = true;
          return Error(Code::kCancelled, "enough");
        }
        TRY_ASSIGN(const bool more, row(seq, bytes));
        enough = !more;
        if (enough) return Error(Code::kCancelled, "enough");
        return {};
      });
  return enough ? Status() : std::move(status);
}

std::vector<SeriesPtr> Engine::series() const {
  std::vector<std::pair<int64_t, SeriesPtr>> numbered;
  index().for_each([&](const HeadSeries& series) { numbered.emplace_back(series.ref, series.series); });
  std::sort(numbered.begin(), numbered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SeriesPtr> all;
  all.reserve(numbered.size());
  for (auto& one : numbered) all.push_back(std::move(one.second));
  return all;
}

Result<Extras> Engine::extras() {
  Extras extras;
  const MutexLock write(write_mu_);
  TRY(ready());
  TRY(db().load_audit([&](TimestampMs t, std::string_view action, std::string_view detail) -> Status {
    extras.audit.push_back({t, std::string(action), std::string(detail)});
    return {};
  }));
  extras.rolled = catalog_for_writer().rolled();
  return extras;
}

std::map<int64_t, uint64_t> Engine::packed_days() const {
  std::map<int64_t, uint64_t> days;
  for (const auto& [day, packs] : catalog()->windows(Resolution::kRaw)) {
    for (const PackPtr& pack : *packs) days[day] += pack->samples;
  }
  return days;
}

}  // namespace oreum::storage
