#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <vector>

#include <xxhash.h>

#include "base/check.h"
#include "encoding/column/time_codec.h"
#include "encoding/column/value_codec.h"
#include "encoding/pack.h"
#include "encoding/pack_format.h"
#include "model/varint.h"

namespace oreum::encoding {

using model::append_varint;
using model::zigzag;

namespace {

struct TimeColumn {
  size_t at = 0;  // in State::times
  uint32_t count = 0;
  int64_t t_min = 0;
  int64_t t_max = 0;
};

}  // namespace

struct PackBuilder::State {
  uint32_t fields = 1;
  uint32_t chunks = 0;
  uint32_t last_series = 0;
  int64_t last_t = 0;
  int64_t last_t_min = 0;
  TimesGuess guess;
  std::vector<TimeColumn> columns;
  std::vector<int64_t> times;                           // of all columns, one after the other
  std::unordered_multimap<uint64_t, uint32_t> by_hash;  // hash of the times → column
  std::string time_entries;
  std::string time_bytes;
  std::string entries;
  std::string payloads;
  std::string column;
  std::string payload;
  column::TimeEncoder time_encoder;
  column::ValueEncoder value_encoder;

  void clear();
  bool holds(uint64_t number, std::span<const int64_t> t) const;
  void encode_values(std::span<const double> values, size_t count);
  void write_entry(uint32_t series, uint32_t times, size_t size);
};

void PackBuilder::State::clear() {
  chunks = 0;
  last_series = 0;
  last_t_min = 0;
  guess = {};
  columns.clear();
  times.clear();
  by_hash.clear();
  time_entries.clear();
  time_bytes.clear();
  entries.clear();
  payloads.clear();
}

/// Whether the time column with the number is `t`.
bool PackBuilder::State::holds(uint64_t number, std::span<const int64_t> t) const {
  return number < columns.size() && columns[number].count == t.size() && columns[number].t_min == t.front() &&
         std::memcmp(times.data() + columns[number].at, t.data(), t.size_bytes()) == 0;
}

/// Fills `payload` with the columns of a chunk: the size of each but the last stands before it.
void PackBuilder::State::encode_values(std::span<const double> values, size_t count) {
  payload.clear();
  for (uint32_t f = 0; f < fields; ++f) {
    const auto of_field = values.subspan(f * count, count);
    if (f + 1 == fields) {
      value_encoder.encode(of_field, payload);
      break;
    }
    column.clear();
    value_encoder.encode(of_field, column);
    append_varint(payload, column.size());
    payload += column;
  }
}

void PackBuilder::State::write_entry(uint32_t series, uint32_t of_times, size_t size) {
  const uint32_t step = series - last_series;
  const bool same_series = chunks > 0 && step == 0;
  const bool guessed = guess.next(same_series) == of_times;
  const bool is_inline = size <= kMaxInline;
  entries += static_cast<char>(std::min(step, kStepFollows) | (guessed ? 0 : kTimesFollow) |
                               (is_inline ? size : kSizeFollows) << kSizeShift);
  if (step >= kStepFollows) append_varint(entries, step);
  if (!guessed) append_varint(entries, of_times);
  if (!is_inline) append_varint(entries, size - kSizeFollows);
  guess.took(of_times, same_series);
}

PackBuilder::PackBuilder(uint32_t fields) : state_(std::make_unique<State>()) {
  OREUM_CHECK(fields > 0 && fields <= kMaxPackFields, "fields of a pack");
  state_->fields = fields;
}
PackBuilder::~PackBuilder() = default;
PackBuilder::PackBuilder(PackBuilder&&) noexcept = default;
PackBuilder& PackBuilder::operator=(PackBuilder&&) noexcept = default;

uint32_t PackBuilder::add_times(std::span<const int64_t> t) {
  OREUM_CHECK(!t.empty() && t.size() <= kMaxPackChunkSamples, "length of a time column");
  State& s = *state_;
  // Series of one source come one after the other, so the column asked for is mostly the one of the last chunk.
  if (s.holds(s.guess.last, t)) return static_cast<uint32_t>(s.guess.last);
  const uint64_t hash = XXH3_64bits(t.data(), t.size_bytes());
  const auto [first, last] = s.by_hash.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (s.holds(it->second, t)) return it->second;
  }
  const auto number = static_cast<uint32_t>(s.columns.size());
  s.columns.push_back({s.times.size(), static_cast<uint32_t>(t.size()), t.front(), t.back()});
  s.times.insert(s.times.end(), t.begin(), t.end());
  s.by_hash.emplace(hash, number);

  s.column.clear();
  s.time_encoder.encode(t, s.column);
  append_varint(s.time_entries, t.size());
  append_varint(s.time_entries,
                zigzag(static_cast<int64_t>(static_cast<uint64_t>(t.front()) - static_cast<uint64_t>(s.last_t_min))));
  append_varint(s.time_entries, static_cast<uint64_t>(t.back()) - static_cast<uint64_t>(t.front()));
  append_varint(s.time_entries, s.column.size());
  s.last_t_min = t.front();
  if (s.column.size() <= kMaxInline) {
    s.time_entries += s.column;
  } else {
    s.time_bytes += s.column;
    append_checksum(s.time_bytes, s.column);
  }
  return number;
}

void PackBuilder::add(uint32_t series, uint32_t times, std::span<const double> values) {
  State& s = *state_;
  OREUM_CHECK(times < s.columns.size(), "time column of a chunk");
  const TimeColumn& column = s.columns[times];
  OREUM_CHECK(values.size() == size_t{column.count} * s.fields, "value columns of a chunk");
  OREUM_CHECK(s.chunks == 0 || series > s.last_series || (series == s.last_series && column.t_min > s.last_t),
              "order of chunks");
  s.encode_values(values, column.count);
  s.write_entry(series, times, s.payload.size());
  if (s.payload.size() <= kMaxInline) {
    s.entries += s.payload;
  } else {
    s.payloads += s.payload;
    append_checksum(s.payloads, s.payload);
  }
  ++s.chunks;
  s.last_series = series;
  s.last_t = column.t_max;
}

size_t PackBuilder::bytes() const {
  const State& s = *state_;
  return s.time_entries.size() + s.time_bytes.size() + s.entries.size() + s.payloads.size() + 16;
}

bool PackBuilder::empty() const { return state_->chunks == 0; }

std::string PackBuilder::finish() {
  State& s = *state_;
  std::string numbers;
  append_varint(numbers, s.fields);
  append_varint(numbers, s.columns.size());
  append_varint(numbers, s.chunks);
  std::string out;
  out.reserve(bytes() + kPackSlack);
  out += static_cast<char>(kPackFormat);
  append_varint(out, numbers.size() + s.time_entries.size() + s.entries.size());
  out += numbers;
  out += s.time_entries;
  out += s.entries;
  append_checksum(out, out);
  out += s.time_bytes;
  out += s.payloads;
  s.clear();
  return out;
}

}  // namespace oreum::encoding
