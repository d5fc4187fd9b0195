#include "storage/chunk_reader.h"

#include <algorithm>

#include "storage/columns.h"

namespace oreum::storage {

void ChunkReader::add(const std::shared_ptr<const encoding::Pack>& pack, const PackMeta& meta, uint32_t ordinal,
                      TimestampMs from, TimestampMs to) {
  for (const encoding::PackChunk& chunk : pack->of(ordinal)) {
    if (chunk.t_max >= from.ms && chunk.t_min <= to.ms) chunks_.push_back({&meta, pack, chunk});
  }
}

Status ChunkReader::read(TimestampMs from, TimestampMs to, Columns& out) {
  const auto by_time = [](const Chunk& a, const Chunk& b) { return a.at.t_min < b.at.t_min; };
  if (!std::is_sorted(chunks_.begin(), chunks_.end(), by_time)) {
    std::stable_sort(chunks_.begin(), chunks_.end(), by_time);
  }
  for (const Chunk& chunk : chunks_) {
    Status status;
    if (out.t.empty() || out.t.back() < chunk.at.t_min) {
      status = read_one(chunk, from, to, out);
    } else {  // late samples made it overlap the one before
      aside_.clear();
      status = read_one(chunk, from, to, aside_);
      if (status) merge_into(out, aside_);
    }
    if (status) continue;
    failed_ = chunk.meta;
    return status;
  }
  return {};
}

Status ChunkReader::read_one(const Chunk& chunk, TimestampMs from, TimestampMs to, Columns& out) {
  const bool whole = chunk.at.t_min >= from.ms && chunk.at.t_max <= to.ms;
  return whole ? read_whole(chunk, out) : read_part(chunk, from, to, out);
}

Status ChunkReader::read_whole(const Chunk& chunk, Columns& out) {
  const size_t size = out.t.size();
  out.t.resize(size + chunk.at.count);
  out.v.resize(size + chunk.at.count);
  int64_t* const t = out.t.data() + size;
  const auto times = chunk.pack->times(chunk.at, t);
  Status status = times ? chunk.pack->values(chunk.at, out.v.data() + size) : Status(times.error());
  if (!status) {
    out.t.resize(size);
    out.v.resize(size);
    return status;
  }
  if (times->data() != t) std::copy(times->begin(), times->end(), t);
  return {};
}

Status ChunkReader::read_part(const Chunk& chunk, TimestampMs from, TimestampMs to, Columns& out) {
  t_.resize(chunk.at.count);
  v_.resize(chunk.at.count);
  TRY_ASSIGN(const std::span<const int64_t> times, chunk.pack->times(chunk.at, t_.data()));
  const auto begin = times.begin();
  const auto first = static_cast<size_t>(std::lower_bound(begin, times.end(), from.ms) - begin);
  const auto last = static_cast<size_t>(std::upper_bound(begin, times.end(), to.ms) - begin);
  if (first >= last) return {};
  TRY(chunk.pack->values(chunk.at, first, last, v_.data()));
  append(out, times.subspan(first, last - first), std::span(v_).subspan(first, last - first));
  return {};
}

}  // namespace oreum::storage
