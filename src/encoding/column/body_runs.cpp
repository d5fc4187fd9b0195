// A few numbers among zeros: how many, the widths of gaps and numbers, then gap and number in turn.
#include <array>

#include "encoding/column/bits.h"
#include "encoding/column/body.h"
#include "model/varint.h"

namespace oreum::encoding::column {

namespace {

/// More than this are written better by other kinds.
constexpr size_t kMostRuns = 512;

unsigned width_of(const std::vector<uint64_t>& column) {
  uint64_t bits = 0;
  for (const uint64_t v : column) bits |= v;
  return bit_length(bits);
}

size_t runs_size(Residuals& r) {
  if (r.gaps.empty() || r.gaps.size() > kMostRuns) return SIZE_MAX;
  return (r.gaps.size() < 128 ? 3 : 4) + ((width_of(r.gaps) + width_of(r.values)) * r.gaps.size() + 7) / 8;
}

void runs_encode(Residuals& r, std::string& out) {
  const unsigned gap_width = width_of(r.gaps);
  const unsigned value_width = width_of(r.values);
  model::append_varint(out, r.gaps.size());
  out += static_cast<char>(gap_width);
  out += static_cast<char>(value_width);
  BitWriter bits(out);
  for (size_t i = 0; i < r.gaps.size(); ++i) {
    bits.put(r.gaps[i], gap_width);
    bits.put(r.values[i], value_width);
  }
  bits.flush();
}

bool runs_decode(std::string_view& bytes, size_t n, size_t want, uint64_t* z) {
  uint64_t count = 0;
  if (!model::read_varint(bytes, count) || count > kMostRuns || bytes.size() < 2) return false;
  const unsigned gap_width = static_cast<uint8_t>(bytes[0]);
  const unsigned value_width = static_cast<uint8_t>(bytes[1]);
  bytes.remove_prefix(2);
  const size_t size = ((gap_width + value_width) * count + 7) / 8;
  if (gap_width > 64 || value_width > 64 || size > bytes.size()) return false;
  std::array<uint64_t, kMostRuns> gaps;
  std::array<uint64_t, kMostRuns> values;
  uint64_t pos = 0;
  for (size_t i = 0; i < count; ++i) {
    gaps[i] = bits_at(bytes_of(bytes), pos, gap_width);
    values[i] = bits_at(bytes_of(bytes), pos + gap_width, value_width);
    pos += gap_width + value_width;
  }
  bytes.remove_prefix(size);
  return spread(gaps.data(), values.data(), count, n, want, z);
}

}  // namespace

const BodyKind kRuns{runs_size, runs_encode, runs_decode};

}  // namespace oreum::encoding::column
