#include "storage/rows.h"

#include <algorithm>

#include "storage/columns.h"

namespace oreum::storage {

namespace {

/// Puts the rows that were appended after `size` into the order of time; of two of one time the first stays.
void sort_in(Rows& rows, size_t size) {
  const auto begin = rows.t.begin();
  if (size == 0 || size == rows.t.size() || rows.t[size - 1] < rows.t[size]) return;
  std::vector<uint32_t> order(rows.t.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto by_time = [&](uint32_t a, uint32_t b) { return begin[a] < begin[b]; };
  std::inplace_merge(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(size), order.end(), by_time);
  const auto same = [&](uint32_t a, uint32_t b) { return begin[a] == begin[b]; };
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
  const auto permute = [&](auto& column) {
    auto sorted = column;
    sorted.resize(order.size());
    for (size_t i = 0; i < order.size(); ++i) sorted[i] = column[order[i]];
    column = std::move(sorted);
  };
  for (auto& column : rows.v) permute(column);
  permute(rows.t);
}

/// Writes the times of a chunk to `t`.
Status copy_times(const encoding::Pack& pack, const encoding::PackChunk& chunk, int64_t* t) {
  TRY_ASSIGN(const std::span<const int64_t> times, pack.times(chunk, t));
  if (times.data() != t) std::copy(times.begin(), times.end(), t);
  return {};
}

}  // namespace

Status read_chunk(const encoding::Pack& pack, const encoding::PackChunk& chunk, Rows& out) {
  const size_t size = out.t.size();
  const size_t n = chunk.count;
  out.t.resize(size + n);
  Status status = copy_times(pack, chunk, out.t.data() + size);
  if (status && out.v.size() == 1) {
    out.v[0].resize(size + n);
    status = pack.values(chunk, out.v[0].data() + size);
  } else if (status) {
    std::vector<double> values(n * out.v.size());
    status = pack.values(chunk, values.data());
    for (size_t f = 0; f < out.v.size(); ++f) {
      const auto first = values.begin() + static_cast<std::ptrdiff_t>(f * n);
      out.v[f].insert(out.v[f].end(), first, first + static_cast<std::ptrdiff_t>(n));
    }
  }
  if (!status) {
    out.t.resize(size);
    for (auto& column : out.v) column.resize(size);
    return status;
  }
  sort_in(out, size);
  return {};
}

Status read_rows(const encoding::Pack& pack, uint32_t ordinal, TimestampMs from, TimestampMs to, Rows& out) {
  for (const encoding::PackChunk& chunk : pack.of(ordinal)) {
    if (chunk.t_max >= from.ms && chunk.t_min <= to.ms) TRY(read_chunk(pack, chunk, out));
  }
  return {};
}

Status read_series(const encoding::Pack& pack, uint32_t ordinal, TimestampMs from, TimestampMs to, Columns& out) {
  Columns aside;
  for (const encoding::PackChunk& chunk : pack.of(ordinal)) {
    if (chunk.t_max < from.ms || chunk.t_min > to.ms) continue;
    const bool in_order = out.t.empty() || out.t.back() < chunk.t_min;
    Columns& to_fill = in_order ? out : aside;
    if (!in_order) aside.clear();
    const size_t size = to_fill.t.size();
    to_fill.t.resize(size + chunk.count);
    to_fill.v.resize(size + chunk.count);
    Status status = copy_times(pack, chunk, to_fill.t.data() + size);
    if (status) status = pack.values(chunk, to_fill.v.data() + size);
    if (!status) {
      to_fill.t.resize(size);
      to_fill.v.resize(size);
      return status;
    }
    if (!in_order) merge_into(out, aside);
  }
  return {};
}

void keep_rows(Rows& rows, const std::function<bool(int64_t)>& keep) {
  size_t n = 0;
  for (size_t i = 0; i < rows.t.size(); ++i) {
    if (!keep(rows.t[i])) continue;
    rows.t[n] = rows.t[i];
    for (auto& column : rows.v) column[n] = column[i];
    ++n;
  }
  rows.t.resize(n);
  for (auto& column : rows.v) column.resize(n);
}

}  // namespace oreum::storage
