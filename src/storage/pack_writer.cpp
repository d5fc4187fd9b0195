#include "storage/pack_writer.h"

#include <algorithm>

#include <fmt/core.h>

#include "encoding/chunk.h"

namespace oreum::storage {

namespace {

uint64_t column_digest(std::span<const int64_t> t, std::span<const double> v, size_t field) {
  uint64_t sum = 0;
  for (size_t i = 0; i < t.size(); ++i) sum += encoding::sample_hash({t[i]}, v[i]);
  return sum * (2 * field + 1);
}

/// Calls f(weight of the series, times, values field after field) for each chunk.
template <typename F>
Status for_each_chunk(const encoding::Pack& pack, std::span<const model::SeriesId> ids, F&& f) {
  std::vector<int64_t> scratch;
  std::vector<double> v;
  std::span<const int64_t> t;
  uint32_t times = UINT32_MAX;
  for (const encoding::PackChunk& chunk : pack.chunks()) {
    if (chunk.series >= ids.size()) return Error(Code::kDataLoss, "a pack has more series than its row names");
    if (chunk.times != times) {
      scratch.resize(chunk.count);
      TRY_ASSIGN(t, pack.times(chunk, scratch.data()));
      times = chunk.times;
    }
    v.resize(static_cast<size_t>(chunk.count) * pack.fields());
    TRY(pack.values(chunk, v.data()));
    f(digest_weight(ids[chunk.series]), t, std::span<const double>(v));
  }
  return {};
}

}  // namespace

Result<uint64_t> pack_digest(const encoding::Pack& pack, std::span<const model::SeriesId> ids) {
  uint64_t digest = 0;
  TRY(for_each_chunk(pack, ids, [&](uint64_t weight, std::span<const int64_t> t, std::span<const double> v) {
    for (size_t f = 0; f < pack.fields(); ++f) {
      digest += weight * column_digest(t, v.subspan(f * t.size(), t.size()), f);
    }
  }));
  return digest;
}

Result<std::map<int64_t, uint64_t>> digest_by_day(const encoding::Pack& pack, std::span<const model::SeriesId> ids) {
  std::map<int64_t, uint64_t> days;
  TRY(for_each_chunk(pack, ids, [&](uint64_t weight, std::span<const int64_t> t, std::span<const double> v) {
    for (size_t from = 0; from < t.size();) {
      const int64_t day = window_of(Resolution::kRaw, t[from]);
      const auto end = std::upper_bound(t.begin(), t.end(), window_last(Resolution::kRaw, day));
      const size_t n = static_cast<size_t>(end - t.begin()) - from;
      uint64_t& digest = days[day];
      for (size_t f = 0; f < pack.fields(); ++f) {
        digest += weight * column_digest(t.subspan(from, n), v.subspan(f * t.size() + from, n), f);
      }
      from += n;
    }
  }));
  return days;
}

Status PackWriter::add(int64_t ref, model::SeriesId id, const Rows& rows) {
  for (size_t from = 0; from < rows.t.size();) {
    const int64_t window = window_of(options_.resolution, rows.t[from]);
    const auto end = std::upper_bound(rows.t.begin() + static_cast<std::ptrdiff_t>(from), rows.t.end(),
                                      window_last(options_.resolution, window));
    const auto to = static_cast<size_t>(end - rows.t.begin());
    auto& open = open_[window];
    if (open == nullptr) open = std::make_unique<Open>(static_cast<uint32_t>(rows.v.size()));
    TRY(add_window(*open, ref, id, rows, from, to));
    if (open->builder.bytes() >= options_.target_bytes) TRY(cut(*open));
    from = to;
  }
  return {};
}

Status PackWriter::add_window(Open& open, int64_t ref, model::SeriesId id, const Rows& rows, size_t from, size_t to) {
  PackMeta& meta = open.meta;
  const std::span<const int64_t> t(rows.t);
  meta.t_min = open.ids.empty() ? t[from] : std::min(meta.t_min, t[from]);
  meta.t_max = open.ids.empty() ? t[to - 1] : std::max(meta.t_max, t[to - 1]);
  meta.samples += to - from;
  uint32_t ordinal = meta.refs.add(ref);
  open.ids.push_back(id);
  for (size_t f = 0; f < rows.v.size(); ++f) {
    meta.digest +=
        digest_weight(id) * column_digest(t.subspan(from, to - from), std::span(rows.v[f]).subspan(from, to - from), f);
  }
  const size_t pieces = (to - from + options_.chunk_samples - 1) / options_.chunk_samples;
  for (size_t piece = 0; piece < pieces; ++piece) {
    const size_t size = (to - from + (pieces - piece) - 1) / (pieces - piece);
    const uint32_t times = open.builder.add_times(t.subspan(from, size));
    if (rows.v.size() == 1) {
      open.builder.add(ordinal, times, std::span(rows.v[0]).subspan(from, size));
    } else {
      scratch_.clear();
      for (const auto& column : rows.v) {
        const auto first = column.begin() + static_cast<std::ptrdiff_t>(from);
        scratch_.insert(scratch_.end(), first, first + static_cast<std::ptrdiff_t>(size));
      }
      open.builder.add(ordinal, times, scratch_);
    }
    from += size;
  }
  return {};
}

Status PackWriter::cut(Open& open) {
  NewPack pack;
  pack.bytes = open.builder.finish();
  pack.meta = std::exchange(open.meta, {});
  pack.meta.resolution = options_.resolution;
  pack.meta.level = options_.level;
  pack.meta.bytes = pack.bytes.size();
  const std::vector<model::SeriesId> ids = std::exchange(open.ids, {});
  TRY_ASSIGN(const encoding::Pack check, encoding::Pack::open(pack.bytes));
  TRY_ASSIGN(const uint64_t digest, pack_digest(check, ids));
  if (digest != pack.meta.digest) {
    return Error(Code::kInternal, "a pack does not decode to what was encoded; its source is kept");
  }
  return sink_(std::move(pack));
}

Status PackWriter::finish() {
  for (auto& [window, open] : open_) {
    if (!open->builder.empty()) TRY(cut(*open));
  }
  open_.clear();
  return {};
}

}  // namespace oreum::storage
