// Sealing: the head's samples become chunks, and the journal rows that held them go, in one transaction.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/fault_points.h"
#include "storage/sqlite/engine.h"

namespace oreum::storage {

Status SqliteEngine::seal() {
  const MutexLock lock(maintenance_mu_);
  // What an earlier seal could not write goes first.
  if (!frozen_.empty()) TRY(note(write_frozen()));
  if (!freeze()) return {};
  return note(write_frozen());
}

bool SqliteEngine::freeze() {
  // Under the write lock: the frozen samples are exactly those of the journal rows so far.
  const MutexLock write(write_mu_);
  const MutexLock lock(mu_);
  head_.for_each([&](HeadSeries& series) NO_THREAD_SAFETY_ANALYSIS {
    if (series.open.empty()) return;
    series.frozen = std::make_shared<const OpenSamples>(std::move(series.open));
    series.open = {};
    frozen_.push_back(&series);
  });
  frozen_upto_ = next_seq_ - 1;
  frozen_rows_ = counters_.journal_rows;
  frozen_bytes_ = journal_bytes_;
  longest_ = 0;
  oldest_row_.reset();
  return !frozen_.empty();
}

Status SqliteEngine::write_frozen() {
  std::vector<EncodedChunk> chunks;
  for (HeadSeries* series : frozen_) TRY(encode_series(*series, chunks));

  const MutexLock write(write_mu_);
  TRY(writer_.db.sync_commits(true));
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
  TRY(insert_chunks(chunks));
  TRY(writer_.delete_journal.bind(1, frozen_upto_));
  TRY(writer_.delete_journal.run());
  const std::string floor = fmt::format("{}", frozen_upto_);
  TRY(writer_.set_floor.bind_text(1, floor));
  TRY(writer_.set_floor.run());
  TRY(fault::point(kFaultSealBeforeCommit));
  TRY(transaction.commit());
  Status after = fault::point(kFaultSealAfterCommit);

  const MutexLock lock(mu_);
  for (const EncodedChunk& chunk : chunks) {
    StoredRange& stored = chunk.series->stored;
    ++stored.chunks;
    stored.samples += chunk.n;
    stored.t_min = std::min(stored.t_min, TimestampMs{chunk.t_min});
    stored.t_max = std::max(stored.t_max, TimestampMs{chunk.t_max});
    counters_.samples += static_cast<uint64_t>(chunk.n);
  }
  counters_.chunks += chunks.size();
  drop_frozen();
  return after;
}

Status SqliteEngine::encode_series(HeadSeries& series, std::vector<EncodedChunk>& out) const {
  const OpenSamples& source = *series.frozen;
  Columns columns;
  TRY(source.read(columns));
  uint64_t digest = 0;
  for (size_t i = 0; i < columns.t.size(); ++i) digest += encoding::sample_hash({columns.t[i]}, columns.v[i]);
  if (digest != source.digest()) {
    return Error(Code::kInternal, fmt::format("the samples of {} in memory are not those that were appended; the "
                                              "journal is kept: restart to read them from it",
                                              series.series->labels.to_string()));
  }
  // Late samples from before all others get chunks of their own: else one of them would make a chunk span years.
  const int64_t boundary = source.in_order.empty() ? INT64_MAX : source.in_order.first_t().ms;
  const auto before =
      static_cast<size_t>(std::lower_bound(columns.t.begin(), columns.t.end(), boundary) - columns.t.begin());
  const size_t most = 2 * static_cast<size_t>(options_.chunk_samples);
  Columns check;
  for (size_t from = 0; from < columns.t.size();) {
    const size_t group_end = from < before ? before : columns.t.size();
    const size_t pieces = (group_end - from + most - 1) / most;
    const size_t size = (group_end - from + pieces - 1) / pieces;
    const std::span<const int64_t> t(columns.t.data() + from, size);
    const std::span<const double> v(columns.v.data() + from, size);
    std::string bytes = encoding::encode_chunk(t, v);
    check.clear();
    TRY(encoding::decode_chunk(bytes, check.t, check.v));
    if (!std::equal(t.begin(), t.end(), check.t.begin(), check.t.end()) ||
        !std::equal(v.begin(), v.end(), check.v.begin(), check.v.end(), model::same_bits)) {
      return Error(Code::kInternal, fmt::format("a chunk of {} does not decode to what was encoded; it is kept in the "
                                                "journal",
                                                series.series->labels.to_string()));
    }
    out.push_back({&series, t.front(), t.back(), static_cast<int64_t>(size), std::move(bytes)});
    from += size;
  }
  return {};
}

Status SqliteEngine::insert_chunks(const std::vector<EncodedChunk>& chunks) {
  for (size_t i = 0; i < chunks.size();) {
    // The chunks of a series follow each other.
    HeadSeries* series = chunks[i].series;
    StoredRange range = series->stored;
    for (; i < chunks.size() && chunks[i].series == series; ++i) {
      const EncodedChunk& chunk = chunks[i];
      TRY(writer_.insert_chunk.bind(1, series->ref));
      TRY(writer_.insert_chunk.bind(2, chunk.t_min));
      TRY(writer_.insert_chunk.bind(3, chunk.t_max));
      TRY(writer_.insert_chunk.bind(4, chunk.n));
      TRY(writer_.insert_chunk.bind_blob(5, chunk.bytes));
      TRY(writer_.insert_chunk.run());
      ++range.chunks;
      range.samples += chunk.n;
      range.t_min = std::min(range.t_min, TimestampMs{chunk.t_min});
      range.t_max = std::max(range.t_max, TimestampMs{chunk.t_max});
    }
    TRY(update_series_row(series->ref, range));
  }
  return {};
}

Status SqliteEngine::update_series_row(int64_t ref, const StoredRange& range) {
  TRY(writer_.update_series.bind(1, ref));
  TRY(writer_.update_series.bind(2, range.chunks));
  TRY(writer_.update_series.bind(3, range.samples));
  TRY(writer_.update_series.bind(4, range.chunks > 0 ? range.t_min.ms : 0));
  TRY(writer_.update_series.bind(5, range.chunks > 0 ? range.t_max.ms : 0));
  return writer_.update_series.run();
}

void SqliteEngine::drop_frozen() {
  SealNode& node = *newest_seal_;
  node.next = std::make_shared<SealNode>();
  uint64_t samples = 0;
  for (HeadSeries* series : frozen_) {
    samples += series->frozen->size();
    node.sealed.emplace_back(series->ref, std::move(series->frozen));
    series->frozen = nullptr;
  }
  std::sort(node.sealed.begin(), node.sealed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  newest_seal_ = std::shared_ptr<SealNode>(node.next);  // frees the samples unless a querier holds the node
  frozen_.clear();
  counters_.head_samples -= samples;
  counters_.journal_rows -= frozen_rows_;
  journal_bytes_ -= frozen_bytes_;
  ++counters_.seals;
}

}  // namespace oreum::storage
