#include "storage/sqlite/survey.h"

#include <algorithm>

#include <fmt/core.h>

#include "encoding/chunk.h"
#include "encoding/pack.h"
#include "model/labels.h"
#include "storage/journal.h"
#include "storage/pack_writer.h"
#include "storage/sqlite/pack_table.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/series_block_table.h"

namespace oreum::storage {

namespace {

constexpr uint64_t kReportEvery = 4 << 20;  // bytes

class Surveyor {
 public:
  Surveyor(db::Database& db, const CopyProgress& progress) : db_(db), progress_(progress) {}

  Result<StoreSummary> run(const std::filesystem::path& file) {
    TRY_ASSIGN(Identity identity, identify(db_, file));
    out_.instance_id = std::move(identity.instance_id);
    out_.schema = identity.schema;
    TRY(read_series());
    TRY(read_journal());
    TRY(read_packs());
    return std::move(out_);
  }

 private:
  struct Known {
    int64_t ref;
    model::SeriesId id;
  };

  Status read_series() {
    TRY_ASSIGN(const std::vector<encoding::NumberedLabels> all, load_series(db_));
    series_.reserve(all.size());
    for (const encoding::NumberedLabels& one : all) {
      if (!model::Labels::decode(one.labels)) {
        return Error(Code::kDataLoss, fmt::format("series {}: damaged labels", one.ref));
      }
      series_.push_back({one.ref, model::series_id(one.labels)});
    }
    out_.series = series_.size();
    return {};
  }

  auto find(int64_t ref) const {
    const auto it = std::lower_bound(series_.begin(), series_.end(), ref,
                                     [](const Known& known, int64_t wanted) { return known.ref < wanted; });
    return it != series_.end() && it->ref == ref ? it : series_.end();
  }

  Status read_journal() {
    TRY_ASSIGN(db::Statement select, db_.prepare(kSelectJournal));
    JournalRow row;
    for (;;) {
      TRY_ASSIGN(const bool more, select.step());
      if (!more) return {};
      const int64_t seq = select.column_int(0);
      Status decoded = decode_journal_row(select.column_bytes(1), row);
      if (decoded) decoded = add(row);
      if (!decoded) return Error(std::move(decoded).error()).wrap(fmt::format("journal row {}", seq));
    }
  }

  Status add(const JournalRow& row) {
    ++out_.journal_rows;
    out_.journal_samples += row.t.size();
    for (size_t i = 0; i < row.t.size(); ++i) {
      const auto known = find(row.refs[i]);
      if (known == series_.end()) return Error(Code::kDataLoss, fmt::format("series {} is not there", row.refs[i]));
      out_.journal_digest += digest_weight(known->id) * encoding::sample_hash({row.t[i]}, row.v[i]);
      out_.t_min = std::min(out_.t_min, TimestampMs{row.t[i]});
      out_.t_max = std::max(out_.t_max, TimestampMs{row.t[i]});
    }
    return {};
  }

  Status read_packs() {
    TRY_ASSIGN(PackTable table, PackTable::make(db_));
    TRY_ASSIGN(const std::vector<PackPtr> packs, table.load());
    TRY_ASSIGN(db::Statement select, db_.prepare("SELECT data FROM pack_data WHERE id = ?1"));
    uint64_t all = 0;
    uint64_t done = 0;
    uint64_t told = 0;
    for (const PackPtr& pack : packs) all += pack->bytes;
    TRY(progress_(0, all));
    for (const PackPtr& pack : packs) {
      if (Status status = read_pack(*pack, select); !status) {
        return Error(std::move(status).error()).wrap(fmt::format("pack {}", pack->id));
      }
      done += pack->bytes;
      if (done - told < kReportEvery && done != all) continue;
      told = done;
      TRY(progress_(done, all));
    }
    return {};
  }

  Status read_pack(const PackMeta& meta, db::Statement& select) {
    TRY(select.bind(1, meta.id));
    TRY_ASSIGN(const bool row, select.step());
    std::string bytes(row ? select.column_bytes(0) : std::string_view());
    select.reset();
    if (!row) return Error(Code::kDataLoss, "its bytes are missing");
    const uint64_t size = bytes.size();
    TRY_ASSIGN(const encoding::Pack pack, encoding::Pack::open(std::move(bytes)));
    TRY_ASSIGN(const std::vector<model::SeriesId> ids, ids_of(meta));
    TRY_ASSIGN(const uint64_t digest, pack_digest(pack, ids));
    uint64_t samples = 0;
    for (const encoding::PackChunk& chunk : pack.chunks()) {
      samples += chunk.count;
      if (meta.resolution != Resolution::kRaw) continue;
      out_.t_min = std::min(out_.t_min, TimestampMs{chunk.t_min});
      out_.t_max = std::max(out_.t_max, TimestampMs{chunk.t_max});
    }
    if (size != meta.bytes || samples != meta.samples || digest != meta.digest) {
      return Error(Code::kDataLoss, "it holds other samples than its row says");
    }
    PackSummary& sum = out_.packs[static_cast<size_t>(meta.resolution)];
    ++sum.packs;
    sum.samples += samples;
    sum.digest += digest;
    return {};
  }

  Result<std::vector<model::SeriesId>> ids_of(const PackMeta& meta) const {
    std::vector<model::SeriesId> ids;
    ids.reserve(meta.refs.size());
    for (const RefRuns::Run& run : meta.refs.runs()) {
      auto known = find(run.first);
      for (uint32_t i = 0; i < run.size; ++i, ++known) {
        if (known == series_.end() || known->ref != run.first + i) {
          return Error(Code::kDataLoss, fmt::format("series {} is not there", run.first + i));
        }
        ids.push_back(known->id);
      }
    }
    return ids;
  }

  db::Database& db_;
  const CopyProgress& progress_;
  std::vector<Known> series_;  // by ref
  StoreSummary out_;
};

}  // namespace

Result<StoreSummary> survey_database(const std::filesystem::path& file, const CopyProgress& progress) {
  TRY_ASSIGN(db::Database db, db::Database::open(file.string(), db::Database::Mode::kReadOnly));
  return Surveyor(db, progress).run(file);
}

}  // namespace oreum::storage
