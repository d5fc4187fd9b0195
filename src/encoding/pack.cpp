#include "encoding/pack.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include <fmt/core.h>

#include "base/check.h"
#include "encoding/chunk.h"
#include "encoding/pack_format.h"
#include "model/varint.h"

namespace oreum::encoding {

using model::read_varint;
using model::unzigzag;

namespace {

Error damaged(std::string_view what) { return {Code::kDataLoss, fmt::format("damaged pack: {}", what)}; }

struct TimeColumn {
  uint32_t count = 0;
  int64_t t_min = 0;
  int64_t t_max = 0;
  std::string_view bytes;
};

/// Takes `size` bytes off the front.
bool take(std::string_view& rest, uint64_t size, std::string_view& out) {
  if (size > rest.size()) return false;
  out = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

}  // namespace

struct Pack::State {
  std::string bytes;
  uint32_t fields = 0;
  std::vector<TimeColumn> columns;
  std::vector<PackChunk> chunks;
  std::vector<std::string_view> payloads;

  Status read();
  Status read_columns(std::string_view& head, std::vector<uint64_t>& sizes, uint64_t count);
  Status read_chunk(std::string_view& head, std::string_view& body);
};

Status Pack::State::read() {
  std::string_view rest = bytes;
  if (rest.empty()) return damaged("it is empty");
  if (rest[0] != static_cast<char>(kPackFormat)) return damaged("an unknown format");
  rest.remove_prefix(1);
  uint64_t size = 0;
  std::string_view head;
  if (!read_varint(rest, size) || !take(rest, size, head)) return damaged("the directory ends early");
  std::string sum;
  append_checksum(sum, std::string_view(bytes.data(), static_cast<size_t>(rest.data() - bytes.data())));
  if (!rest.starts_with(sum)) return damaged("the directory's checksum does not match");
  rest.remove_prefix(sum.size());
  uint64_t n_fields = 0;
  uint64_t n_columns = 0;
  uint64_t n_chunks = 0;
  if (!read_varint(head, n_fields) || !read_varint(head, n_columns) || !read_varint(head, n_chunks) || n_fields == 0 ||
      n_fields > kMaxPackFields || n_columns > head.size() || n_chunks > head.size()) {
    return damaged("impossible numbers of columns");
  }
  fields = static_cast<uint32_t>(n_fields);
  std::vector<uint64_t> sizes;
  TRY(read_columns(head, sizes, n_columns));
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!take(rest, sizes[i], columns[i].bytes)) return damaged("times end early");
  }
  for (uint64_t i = 0; i < n_chunks; ++i) TRY(read_chunk(head, rest));
  return head.empty() && rest.empty() ? Status{} : damaged("it goes on");
}

Status Pack::State::read_columns(std::string_view& head, std::vector<uint64_t>& sizes, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t samples = 0;
    uint64_t first = 0;
    uint64_t length = 0;
    uint64_t size = 0;
    if (!read_varint(head, samples) || !read_varint(head, first) || !read_varint(head, length) ||
        !read_varint(head, size)) {
      return damaged("the directory ends early");
    }
    const int64_t t_min = unzigzag(first);
    const auto t_max = static_cast<int64_t>(static_cast<uint64_t>(t_min) + length);
    if (samples == 0 || samples > kMaxPackChunkSamples || t_max < t_min) return damaged("an impossible time column");
    columns.push_back({static_cast<uint32_t>(samples), t_min, t_max, {}});
    sizes.push_back(size);
  }
  return {};
}

Status Pack::State::read_chunk(std::string_view& head, std::string_view& body) {
  uint64_t step = 0;
  uint64_t times = 0;
  uint64_t size = 0;
  if (!read_varint(head, step) || !read_varint(head, times) || !read_varint(head, size)) {
    return damaged("the directory ends early");
  }
  const uint64_t before = chunks.empty() ? 0 : chunks.back().series;
  if (step > std::numeric_limits<uint32_t>::max() - before || times >= columns.size()) {
    return damaged("an impossible chunk");
  }
  const TimeColumn& column = columns[times];
  if (!chunks.empty() && step == 0 && column.t_min <= chunks.back().t_max) return damaged("chunks overlap");
  chunks.push_back({static_cast<uint32_t>(before + step), static_cast<uint32_t>(times), column.count,
                    static_cast<uint32_t>(chunks.size()), column.t_min, column.t_max});
  std::string_view payload;
  if (!take(body, size, payload)) return damaged("values end early");
  payloads.push_back(payload);
  return {};
}

Result<Pack> Pack::open(std::string bytes) {
  auto state = std::make_shared<State>();
  state->bytes = std::move(bytes);
  TRY(state->read());
  return Pack(std::move(state));
}

uint32_t Pack::fields() const { return state_->fields; }
uint32_t Pack::time_columns() const { return static_cast<uint32_t>(state_->columns.size()); }
std::span<const PackChunk> Pack::chunks() const { return state_->chunks; }

std::span<const PackChunk> Pack::of(uint32_t series) const {
  const auto found = std::ranges::equal_range(state_->chunks, series, {}, &PackChunk::series);
  return {found.begin(), found.end()};
}

Status Pack::times(const PackChunk& chunk, int64_t* t) const {
  const TimeColumn& column = state_->columns.at(chunk.times);
  std::vector<int64_t> times;
  std::vector<double> none;
  TRY(decode_chunk(column.bytes, times, none));
  if (times.size() != column.count || times.front() != column.t_min || times.back() != column.t_max) {
    return damaged("a time column contradicts the directory");
  }
  std::ranges::copy(times, t);
  return {};
}

Status Pack::values(const PackChunk& chunk, double* v) const {
  std::string_view rest = state_->payloads.at(chunk.index);
  for (uint32_t f = 0; f < state_->fields; ++f) {
    uint64_t size = 0;
    std::string_view bytes;
    if (!read_varint(rest, size) || !take(rest, size, bytes)) return damaged("values end early");
    std::vector<int64_t> places;
    std::vector<double> values;
    TRY(decode_chunk(bytes, places, values));
    if (values.size() != chunk.count) return damaged("a value column contradicts the directory");
    // As bytes: a double's own assignment might change a signalling NaN.
    std::memcpy(v + size_t{f} * chunk.count, values.data(), values.size() * sizeof(double));
  }
  return rest.empty() ? Status{} : damaged("values go on");
}

}  // namespace oreum::encoding
