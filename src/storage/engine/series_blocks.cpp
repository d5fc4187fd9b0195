#include "storage/engine/series_blocks.h"

#include <fmt/core.h>

namespace oreum::storage {

using encoding::NumberedLabels;

namespace {
// Enough for compression; few enough to be read and written again in a moment.
constexpr size_t kFullBlock = 2048;
}  // namespace

Status write_series_blocks(std::span<const NumberedLabels> series, const Backend::Row& sink) {
  while (!series.empty()) {
    const auto block = series.first(std::min(kFullBlock, series.size()));
    TRY(sink(block.front().ref, encoding::encode_series_block(block)));
    series = series.subspan(block.size());
  }
  return {};
}

Status SeriesBlockReader::add(int64_t first, std::string_view data) {
  const size_t before = all_.size();
  Status status = encoding::decode_series_block(data, all_);
  if (status && (all_.size() == before || all_[before].ref != first)) {
    status = Error(Code::kDataLoss, "it is not the block its row names");
  }
  if (!status) return Error(std::move(status).error()).wrap(fmt::format("series from {} on", first));
  blocks_.emplace(first, all_.size() - before);
  return {};
}

Result<std::vector<NumberedLabels>> SeriesBlockReader::finish() {
  for (size_t i = 1; i < all_.size(); ++i) {
    if (all_[i].ref <= all_[i - 1].ref) {
      return Error(Code::kDataLoss, fmt::format("series {} is there twice", all_[i].ref));
    }
  }
  return std::move(all_);
}

Result<std::vector<NumberedLabels>> SeriesBlocks::load(Backend& backend) {
  SeriesBlockReader reader;
  TRY(backend.load_series([&](int64_t first, std::string_view data) { return reader.add(first, data); }));
  TRY_ASSIGN(std::vector<NumberedLabels> all, reader.finish());
  blocks_ = reader.blocks();
  pending_ = blocks_;
  return all;
}

Result<std::vector<NumberedLabels>> SeriesBlocks::load_from(Sharing& sharing, int64_t first) {
  SeriesBlockReader reader;
  TRY(sharing.load_series_from(first, [&](int64_t at, std::string_view data) { return reader.add(at, data); }));
  TRY_ASSIGN(std::vector<NumberedLabels> some, reader.finish());
  blocks_.insert(reader.blocks().begin(), reader.blocks().end());
  pending_ = blocks_;
  return some;
}

Status SeriesBlocks::read(Backend::Transaction& transaction, int64_t first, std::vector<NumberedLabels>& out) {
  TRY_ASSIGN(const std::string data, transaction.read_series_block(first));
  return encoding::decode_series_block(data, out);
}

Status SeriesBlocks::remove(Backend::Transaction& transaction, int64_t first) {
  pending_.erase(first);
  return transaction.erase_series_block(first);
}

Status SeriesBlocks::add(Backend::Transaction& transaction, std::span<const NumberedLabels> series) {
  size_t at = 0;
  return write_series_blocks(series, [&](int64_t first, std::string_view data) {
    const size_t n = std::min(kFullBlock, series.size() - at);
    pending_[first] = n;
    at += n;
    return transaction.insert_series_block(first, data);
  });
}

Status SeriesBlocks::erase(Backend::Transaction& transaction, const std::set<int64_t>& refs) {
  for (auto ref = refs.begin(); ref != refs.end();) {
    auto block = pending_.upper_bound(*ref);
    if (block == pending_.begin()) return Error(Code::kInternal, fmt::format("no block has series {}", *ref));
    const auto next = block == pending_.end() ? INT64_MAX : block->first;
    const int64_t first = (--block)->first;
    std::vector<NumberedLabels> series;
    TRY(read(transaction, first, series));
    TRY(remove(transaction, first));
    std::erase_if(series, [&](const NumberedLabels& one) { return refs.contains(one.ref); });
    TRY(add(transaction, series));
    ref = refs.lower_bound(next);
  }
  return {};
}

/// The first run of neighbours that are one full block together, at least four of them: the few that come with time are
/// not written again each time.
std::vector<int64_t> SeriesBlocks::mergeable() const {
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
  if (run.size() < kLeast) run.clear();
  return run;
}

Status SeriesBlocks::merge_some(Backend::Transaction& transaction) {
  std::vector<NumberedLabels> series;
  for (const int64_t first : mergeable()) {
    TRY(read(transaction, first, series));
    TRY(remove(transaction, first));
  }
  return add(transaction, series);
}

}  // namespace oreum::storage
