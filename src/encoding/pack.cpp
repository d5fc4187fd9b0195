#include "encoding/pack.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/mutex.h"
#include "encoding/column/bits.h"
#include "encoding/column/time_codec.h"
#include "encoding/column/value_codec.h"
#include "encoding/pack_format.h"
#include "encoding/shared_times.h"
#include "model/varint.h"

namespace oreum::encoding {

using model::read_varint;
using model::unzigzag;

static_assert(kPackSlack >= column::kReadSlack);

namespace {

Error damaged(std::string_view what) { return {Code::kDataLoss, fmt::format("damaged pack: {}", what)}; }

/// Takes `size` bytes off the front.
bool take(std::string_view& rest, uint64_t size, std::string_view& out) {
  if (size > rest.size()) return false;
  out = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

/// Where an encoded column is: in the directory, or behind it with a checksum of its own.
struct Place {
  uint32_t at = 0;
  uint32_t size = 0;
};

struct TimeColumn {
  uint32_t count = 0;
  int64_t t_min = 0;
  int64_t t_max = 0;
  Place place;

  bool kept() const { return place.size > 0; }  // else it is computed as fast as copied
};

}  // namespace

struct Pack::State {
  std::string bytes;  // and kPackSlack more
  uint32_t fields = 0;
  std::vector<TimeColumn> columns;
  std::vector<PackChunk> chunks;
  std::vector<Place> places;  // of chunks

  Status read();
  Status read_directory(std::string_view rest);
  Status read_column(std::string_view& rest);
  Status read_chunk(std::string_view& rest);
  /// Sets where the column that comes next in the directory is, or, with at = 0, that it is behind it.
  bool place_inline(std::string_view& rest, uint64_t size, Place& place) const;
  /// Gives columns behind the directory their places, in order; `at` moves on.
  bool place_behind(Place& place, uint64_t& at, uint64_t end) const;
  std::string_view bytes_of(const Place& place) const { return std::string_view(bytes).substr(place.at, place.size); }
  Status check(const Place& place) const;
  bool decode_chunk(std::string_view payload, uint32_t count, size_t first, size_t last, double* v) const;

  /// The times of a column, kept or written to `scratch`: whoever asks a second time makes it kept.
  Result<std::span<const int64_t>> times(uint32_t number, int64_t* scratch) const;
  Result<std::span<const int64_t>> decode_times(const TimeColumn& column, int64_t* to) const;
  Status values(const PackChunk& chunk, size_t first, size_t last, double* v) const;

  TimesGuess guess;
  int64_t last_t_min = 0;

  struct Kept {
    bool asked = false;
    SharedTimes::Column t;  // not changed once it is there
  };
  std::shared_ptr<SharedTimes> shared;
  std::unique_ptr<std::atomic<bool>[]> sound;  // by chunk: its checksum was looked at
  mutable Mutex mu;
  mutable std::vector<Kept> kept GUARDED_BY(mu);  // by column
};

Status Pack::State::read() {
  std::string_view rest = bytes;
  if (rest.empty()) return damaged("it is empty");
  if (rest.size() > std::numeric_limits<uint32_t>::max()) return damaged("it is too long");
  if (rest[0] != static_cast<char>(kPackFormat)) {
    return Error(Code::kDataLoss, fmt::format("a pack of format {}, which this version cannot read: it is damaged, or "
                                              "a newer Oreum wrote it",
                                              static_cast<unsigned char>(rest[0])));
  }
  const uint64_t end = rest.size();
  rest.remove_prefix(1);
  uint64_t size = 0;
  std::string_view directory;
  if (!read_varint(rest, size) || !take(rest, size, directory) || rest.size() < kPackChecksumSize) {
    return damaged("the directory ends early");
  }
  uint64_t at = end - rest.size();
  if (!checksum_follows(std::string_view(bytes).substr(0, at))) return damaged("the directory's checksum is wrong");
  at += kPackChecksumSize;
  bytes.append(kPackSlack, '\0');
  TRY(read_directory(std::string_view(bytes).substr(at - kPackChecksumSize - size, size)));
  for (TimeColumn& column : columns) {
    if (!place_behind(column.place, at, end)) return damaged("times end early");
  }
  for (Place& place : places) {
    if (!place_behind(place, at, end)) return damaged("values end early");
  }
  return at == end ? Status{} : damaged("it goes on");
}

Status Pack::State::read_directory(std::string_view rest) {
  uint64_t n_fields = 0;
  uint64_t n_columns = 0;
  uint64_t n_chunks = 0;
  // A time column needs four bytes at least, a chunk one.
  if (!read_varint(rest, n_fields) || !read_varint(rest, n_columns) || !read_varint(rest, n_chunks) || n_fields == 0 ||
      n_fields > kMaxPackFields || n_columns > rest.size() / 4 || n_chunks > rest.size()) {
    return damaged("impossible numbers of columns");
  }
  fields = static_cast<uint32_t>(n_fields);
  columns.reserve(n_columns);
  chunks.reserve(n_chunks);
  places.reserve(n_chunks);
  for (uint64_t i = 0; i < n_columns; ++i) TRY(read_column(rest));
  for (uint64_t i = 0; i < n_chunks; ++i) TRY(read_chunk(rest));
  return rest.empty() ? Status{} : damaged("the directory goes on");
}

bool Pack::State::place_inline(std::string_view& rest, uint64_t size, Place& place) const {
  if (size > bytes.size()) return false;
  place.size = static_cast<uint32_t>(size);
  if (size > kMaxInline) return true;
  place.at = static_cast<uint32_t>(rest.data() - bytes.data());
  if (size > rest.size()) return false;
  rest.remove_prefix(size);
  return true;
}

bool Pack::State::place_behind(Place& place, uint64_t& at, uint64_t end) const {
  if (place.size <= kMaxInline) return true;
  if (place.size + kPackChecksumSize > end - at) return false;
  place.at = static_cast<uint32_t>(at);
  at += place.size + kPackChecksumSize;
  return true;
}

Status Pack::State::read_column(std::string_view& rest) {
  uint64_t count = 0;
  uint64_t first = 0;
  uint64_t length = 0;
  uint64_t size = 0;
  TimeColumn column;
  if (!read_varint(rest, count) || !read_varint(rest, first) || !read_varint(rest, length) ||
      !read_varint(rest, size) || !place_inline(rest, size, column.place)) {
    return damaged("the directory ends early");
  }
  column.count = static_cast<uint32_t>(std::min<uint64_t>(count, kMaxPackChunkSamples + 1));
  column.t_min = static_cast<int64_t>(static_cast<uint64_t>(last_t_min) + static_cast<uint64_t>(unzigzag(first)));
  column.t_max = static_cast<int64_t>(static_cast<uint64_t>(column.t_min) + length);
  if (count == 0 || count > kMaxPackChunkSamples || column.t_max < column.t_min) {
    return damaged("an impossible time column");
  }
  last_t_min = column.t_min;
  columns.push_back(column);
  return {};
}

Status Pack::State::read_chunk(std::string_view& rest) {
  if (rest.empty()) return damaged("the directory ends early");
  const auto tag = static_cast<uint8_t>(rest[0]);
  rest.remove_prefix(1);
  const bool first = chunks.empty();
  const uint64_t before = first ? 0 : chunks.back().series;
  uint64_t step = tag & kStepMask;
  uint64_t size = tag >> kSizeShift;
  if (step >= kStepFollows && !read_varint(rest, step)) return damaged("the directory ends early");
  if (step > std::numeric_limits<uint32_t>::max() - before) return damaged("an impossible series");
  const bool same_series = !first && step == 0;
  uint64_t times = guess.next(same_series);
  if ((tag & kTimesFollow) != 0 && !read_varint(rest, times)) return damaged("the directory ends early");
  if (times >= columns.size()) return damaged("an impossible time column");
  guess.took(times, same_series);
  if (size == kSizeFollows) {
    if (!read_varint(rest, size) || size > bytes.size()) return damaged("the directory ends early");
    size += kSizeFollows;
  }
  Place place;
  if (!place_inline(rest, size, place)) return damaged("the directory ends early");
  const TimeColumn& column = columns[times];
  if (same_series && column.t_min <= chunks.back().t_max) return damaged("chunks overlap");
  places.push_back(place);
  chunks.push_back({static_cast<uint32_t>(before + step), static_cast<uint32_t>(times), column.count,
                    static_cast<uint32_t>(chunks.size()), column.t_min, column.t_max});
  return {};
}

Status Pack::State::check(const Place& place) const {
  if (place.size > kMaxInline && !checksum_follows(bytes_of(place))) return damaged("a column's checksum is wrong");
  return {};
}

bool Pack::State::decode_chunk(std::string_view payload, uint32_t count, size_t first, size_t last, double* v) const {
  for (uint32_t f = 0; f < fields; ++f, v += count) {
    std::string_view column = payload;
    uint64_t size = 0;
    if (f + 1 < fields && (!read_varint(payload, size) || !take(payload, size, column))) return false;
    if (!column::decode_values(column, count, first, last, v)) return false;
  }
  return true;
}

std::string with_pack_slack(std::string_view bytes) {
  std::string roomy;
  roomy.reserve(bytes.size() + kPackSlack);
  roomy += bytes;
  return roomy;
}

Result<Pack> Pack::open(std::string bytes, std::shared_ptr<SharedTimes> shared) {
  auto state = std::make_shared<State>();
  // A string that grows by itself doubles.
  state->bytes = bytes.capacity() - bytes.size() < kPackSlack ? with_pack_slack(bytes) : std::move(bytes);
  state->shared = shared ? std::move(shared) : std::make_shared<SharedTimes>();
  TRY(state->read());
  state->sound = std::make_unique<std::atomic<bool>[]>(state->chunks.size());
  return Pack(std::move(state));
}

uint32_t Pack::fields() const { return state_->fields; }

size_t Pack::memory() const {
  const State& s = *state_;
  return s.bytes.capacity() + s.columns.size() * (sizeof(TimeColumn) + sizeof(State::Kept)) +
         s.chunks.size() * (sizeof(PackChunk) + sizeof(Place) + sizeof(std::atomic<bool>));
}

std::span<const PackChunk> Pack::chunks() const { return state_->chunks; }

std::span<const PackChunk> Pack::of(uint32_t series) const {
  const auto found = std::ranges::equal_range(state_->chunks, series, {}, &PackChunk::series);
  return {found.begin(), found.end()};
}

Result<std::span<const int64_t>> Pack::State::times(uint32_t number, int64_t* scratch) const {
  const TimeColumn& column = columns.at(number);
  if (!column.kept()) return decode_times(column, scratch);
  bool again = false;
  {
    const MutexLock lock(mu);
    kept.resize(columns.size());
    if (const auto& t = kept[number].t) return std::span(t.get(), column.count);
    again = std::exchange(kept[number].asked, true);
  }
  const EncodedTimes encoded{bytes_of(column.place), column.count, column.t_min};
  SharedTimes::Column t = shared->find(encoded);
  if (!t) {
    TRY_ASSIGN(const std::span<const int64_t> decoded, decode_times(column, scratch));
    if (!again) return decoded;
    t = shared->insert(encoded, decoded);
  }
  const MutexLock lock(mu);
  if (!kept[number].t) kept[number].t = std::move(t);
  return std::span(kept[number].t.get(), column.count);
}

Result<std::span<const int64_t>> Pack::State::decode_times(const TimeColumn& column, int64_t* to) const {
  TRY(check(column.place));
  if (!column::decode_times(bytes_of(column.place), column.count, column.t_min, column.t_max, to)) {
    return damaged("a time column");
  }
  return std::span<const int64_t>(to, column.count);
}

Result<std::span<const int64_t>> Pack::times(const PackChunk& chunk, int64_t* scratch) const {
  return state_->times(chunk.times, scratch);
}

Status Pack::State::values(const PackChunk& chunk, size_t first, size_t last, double* v) const {
  const Place& place = places.at(chunk.index);
  std::atomic<bool>& known = sound[chunk.index];
  if (!known.load(std::memory_order_relaxed)) {
    TRY(check(place));
    known.store(true, std::memory_order_relaxed);
  }
  if (!decode_chunk(bytes_of(place), chunk.count, first, last, v)) return damaged("a column of values");
  return {};
}

Status Pack::values(const PackChunk& chunk, size_t first, size_t last, double* v) const {
  return state_->values(chunk, first, last, v);
}

}  // namespace oreum::encoding
