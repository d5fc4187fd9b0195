#include <unordered_map>
#include <vector>

#include <xxhash.h>

#include "base/check.h"
#include "encoding/chunk.h"
#include "encoding/pack.h"
#include "encoding/pack_format.h"
#include "model/varint.h"

namespace oreum::encoding {

using model::append_varint;
using model::zigzag;

struct PackBuilder::State {
  struct Column {
    uint32_t count;
    int64_t t_min;
    int64_t t_max;
    size_t at;  // in time_bytes
    size_t size;
  };

  uint32_t fields = 1;
  std::vector<Column> columns;
  std::unordered_multimap<uint64_t, uint32_t> by_hash;  // hash of the times → column
  std::string time_bytes;
  std::string directory;
  std::string payloads;
  std::vector<int64_t> times;  // of all columns, one after the other
  std::vector<size_t> times_at;
  uint32_t chunks = 0;
  uint32_t last_series = 0;
  int64_t last_t = 0;

  void clear() {
    columns.clear();
    by_hash.clear();
    time_bytes.clear();
    directory.clear();
    payloads.clear();
    times.clear();
    times_at.clear();
    chunks = 0;
    last_series = 0;
  }
};

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
  const uint64_t hash = XXH3_64bits(t.data(), t.size_bytes());
  const auto [first, last] = s.by_hash.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (std::ranges::equal(t, std::span(s.times).subspan(s.times_at[it->second], s.columns[it->second].count))) {
      return it->second;
    }
  }
  const auto number = static_cast<uint32_t>(s.columns.size());
  const std::vector<double> none(t.size());
  const std::string bytes = encode_chunk(t, none);
  s.columns.push_back({static_cast<uint32_t>(t.size()), t.front(), t.back(), s.time_bytes.size(), bytes.size()});
  s.time_bytes += bytes;
  s.times_at.push_back(s.times.size());
  s.times.insert(s.times.end(), t.begin(), t.end());
  s.by_hash.emplace(hash, number);
  return number;
}

void PackBuilder::add(uint32_t series, uint32_t times, std::span<const double> values) {
  State& s = *state_;
  OREUM_CHECK(times < s.columns.size(), "time column of a chunk");
  const State::Column& column = s.columns[times];
  OREUM_CHECK(values.size() == size_t{column.count} * s.fields, "value columns of a chunk");
  OREUM_CHECK(s.chunks == 0 || series > s.last_series || (series == s.last_series && column.t_min > s.last_t),
              "order of chunks");
  std::vector<int64_t> places(column.count);
  for (uint32_t i = 0; i < column.count; ++i) places[i] = i;
  std::string payload;
  for (uint32_t f = 0; f < s.fields; ++f) {
    const std::string bytes = encode_chunk(places, values.subspan(size_t{f} * column.count, column.count));
    append_varint(payload, bytes.size());
    payload += bytes;
  }
  append_varint(s.directory, series - (s.chunks == 0 ? 0 : s.last_series));
  append_varint(s.directory, times);
  append_varint(s.directory, payload.size());
  s.payloads += payload;
  ++s.chunks;
  s.last_series = series;
  s.last_t = column.t_max;
}

size_t PackBuilder::bytes() const {
  const State& s = *state_;
  return s.time_bytes.size() + s.directory.size() + s.payloads.size() + 16 * s.columns.size() + 16;
}

bool PackBuilder::empty() const { return state_->chunks == 0; }

std::string PackBuilder::finish() {
  State& s = *state_;
  std::string head;
  append_varint(head, s.fields);
  append_varint(head, s.columns.size());
  append_varint(head, s.chunks);
  for (const State::Column& column : s.columns) {
    append_varint(head, column.count);
    append_varint(head, zigzag(column.t_min));
    append_varint(head, static_cast<uint64_t>(column.t_max) - static_cast<uint64_t>(column.t_min));
    append_varint(head, column.size);
  }
  head += s.directory;
  std::string out(1, static_cast<char>(kPackFormat));
  append_varint(out, head.size());
  out += head;
  append_checksum(out, out);
  out += s.time_bytes;
  out += s.payloads;
  s.clear();
  return out;
}

}  // namespace oreum::encoding
