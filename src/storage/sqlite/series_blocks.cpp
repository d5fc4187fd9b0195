#include "storage/sqlite/series_blocks.h"

#include <fmt/core.h>

namespace oreum::storage {

using encoding::NumberedLabels;

namespace {
// Enough for compression; few enough to be read and written again in a moment.
constexpr size_t kFullBlock = 2048;
}  // namespace

Result<SeriesBlocks> SeriesBlocks::make(db::Database& db) {
  SeriesBlocks table;
  TRY_ASSIGN(table.load_, db.prepare("SELECT first, data FROM series ORDER BY first"));
  TRY_ASSIGN(table.select_, db.prepare("SELECT data FROM series WHERE first = ?1"));
  TRY_ASSIGN(table.insert_, db.prepare("INSERT INTO series(first, data) VALUES(?1, ?2)"));
  TRY_ASSIGN(table.delete_, db.prepare("DELETE FROM series WHERE first = ?1"));
  return table;
}

Result<std::vector<NumberedLabels>> SeriesBlocks::load() {
  std::vector<NumberedLabels> all;
  blocks_.clear();
  for (;;) {
    TRY_ASSIGN(const bool row, load_.step());
    if (!row) break;
    const size_t before = all.size();
    const int64_t first = load_.column_int(0);
    Status status = encoding::decode_series_block(load_.column_bytes(1), all);
    if (status && (all.size() == before || all[before].ref != first)) {
      status = Error(Code::kDataLoss, "it is not the block its row names");
    }
    if (!status) {
      load_.reset();
      return Error(std::move(status).error()).wrap(fmt::format("series from {} on", first));
    }
    blocks_.emplace(first, all.size() - before);
  }
  for (size_t i = 1; i < all.size(); ++i) {
    if (all[i].ref <= all[i - 1].ref)
      return Error(Code::kDataLoss, fmt::format("series {} is there twice", all[i].ref));
  }
  pending_ = blocks_;
  return all;
}

Status SeriesBlocks::read(int64_t first, std::vector<NumberedLabels>& out) {
  TRY(select_.bind(1, first));
  TRY_ASSIGN(const bool row, select_.step());
  Status status = row ? encoding::decode_series_block(select_.column_bytes(0), out)
                      : Status(Error(Code::kDataLoss, fmt::format("the block of series {} is missing", first)));
  select_.reset();
  return status;
}

Status SeriesBlocks::write(std::span<const NumberedLabels> series) {
  if (series.empty()) return {};
  const std::string data = encoding::encode_series_block(series);
  TRY(insert_.bind(1, series.front().ref));
  TRY(insert_.bind_blob(2, data));
  TRY(insert_.run());
  pending_[series.front().ref] = series.size();
  return {};
}

Status SeriesBlocks::remove(int64_t first) {
  TRY(delete_.bind(1, first));
  pending_.erase(first);
  return delete_.run();
}

Status SeriesBlocks::add(std::span<const NumberedLabels> series) {
  for (; series.size() > kFullBlock; series = series.subspan(kFullBlock)) TRY(write(series.first(kFullBlock)));
  return write(series);
}

Status SeriesBlocks::erase(const std::set<int64_t>& refs) {
  for (auto ref = refs.begin(); ref != refs.end();) {
    auto block = pending_.upper_bound(*ref);
    if (block == pending_.begin()) return Error(Code::kInternal, fmt::format("no block has series {}", *ref));
    const auto next = block == pending_.end() ? INT64_MAX : block->first;
    --block;
    std::vector<NumberedLabels> series;
    TRY(read(block->first, series));
    TRY(remove(block->first));
    std::erase_if(series, [&](const NumberedLabels& one) { return refs.contains(one.ref); });
    TRY(write(series));
    ref = refs.lower_bound(next);
  }
  return {};
}

Result<bool> SeriesBlocks::merge_some() {
  // The first run of neighbours that are one full block together, at least four of them: the few that come
  // with time are not written again each time.
  constexpr size_t kLeast = 4;
  std::vector<int64_t> run;
  size_t size = 0;
  for (const auto& [first, n] : blocks_) {
    if (size + n > kFullBlock) {
      if (run.size() >= kLeast) break;
      run.clear();
      size = 0;
    }
    run.push_back(first);
    size += n;
  }
  if (run.size() < kLeast) return false;
  std::vector<NumberedLabels> series;
  for (const int64_t first : run) {
    TRY(read(first, series));
    TRY(remove(first));
  }
  TRY(write(series));
  return true;
}

void SeriesBlocks::committed() { blocks_ = pending_; }
void SeriesBlocks::rolled_back() { pending_ = blocks_; }

}  // namespace oreum::storage
