#include <algorithm>
#include <array>

#include "encoding/column/bits.h"
#include "encoding/column/clones.h"
#include "encoding/column/huffman.h"
#include "encoding/column/token_layout.h"
#include "model/varint.h"

namespace oreum::encoding::column {

namespace {

/// Tokens between two looks at whether the end was passed: kNarrowBits × so many stay within kReadSlack.
constexpr size_t kUnchecked = 8;
/// Tokens of at most so many bits take the fast way.
constexpr unsigned kNarrowBits = 50;
static_assert(kNarrowBits * kUnchecked / 8 + 8 <= kReadSlack);

/// The table of a code: what a token is, for every possible next `index_bits` bits.
struct Code {
  unsigned mantissa = 0;
  unsigned code_bits = 0;
  unsigned index_bits = 1;
  unsigned first = 0;
  unsigned widest = 0;  // code and extra bits of the widest token
  std::array<uint8_t, kMaxSymbols> lengths;
  size_t symbols = 0;
  // Narrow codes: a token's bits, and above them what makes its number of them by addition.
  // Wide ones: length of the code, extra bits, symbol.
  std::array<uint64_t, 1U << kMaxCodeBits> table;

  bool narrow() const { return widest <= kNarrowBits; }
  bool read(std::string_view& bytes);
  bool read_lengths(std::string_view& bytes);
  bool fill();
  uint64_t entry(unsigned symbol, unsigned length, uint64_t code) const;
};

bool Code::read(std::string_view& bytes) {
  if (bytes.size() < 2) return false;
  const auto head = static_cast<uint8_t>(bytes[0]);
  bytes.remove_prefix(1);
  mantissa = head & 15U;
  code_bits = head >> 4U;
  uint64_t start = 0;
  uint64_t n = 1;
  if (mantissa > kMaxMantissa || code_bits > kMaxCodeBits || !model::read_varint(bytes, start)) return false;
  if (code_bits > 0 && !model::read_varint(bytes, n)) return false;
  const uint64_t limit = (64 - mantissa + 1) << mantissa;
  if (start >= limit || n == 0 || n > limit - start) return false;
  first = static_cast<unsigned>(start);
  symbols = n;
  index_bits = std::max(1U, code_bits);
  if (code_bits == 0) {
    widest = bucket_extra(first, mantissa);
    table[0] = table[1] = entry(first, 0, 0);
    return true;
  }
  return read_lengths(bytes) && fill();
}

bool Code::read_lengths(std::string_view& bytes) {
  uint64_t pos = 0;
  const uint64_t end = bytes.size() * 8;
  for (size_t i = 0; i < symbols;) {
    if (pos >= end) return false;
    const auto length = static_cast<uint8_t>(bits_at(bytes_of(bytes), pos, 4));
    pos += 4;
    lengths[i++] = length;
    if (length > code_bits) return false;
    if (length > 0) continue;
    const uint64_t run = bits_at(bytes_of(bytes), pos, 4);
    pos += 4;
    if (run > symbols - i) return false;
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(i), run, uint8_t{0});
    i += run;
  }
  if (pos > end) return false;
  bytes.remove_prefix((pos + 7) / 8);
  return true;
}

uint64_t Code::entry(unsigned symbol, unsigned length, uint64_t code) const {
  const unsigned extra = bucket_extra(symbol, mantissa);
  if (!narrow()) return length | uint64_t{extra} << 8U | uint64_t{symbol} << 16U;
  const uint64_t add = bucket_base(symbol, mantissa) - (code << extra);
  return add << 8U | (length + extra);
}

/// Canonical codes, shorter ones first, fill the table from its start to its end; anything else is no code.
bool Code::fill() {
  std::array<uint32_t, kMaxCodeBits + 2> at{};  // where the codes of each length go on; first how many there are
  for (size_t i = 0; i < symbols; ++i) {
    ++at[lengths[i]];
    if (lengths[i] == 0) continue;
    widest = std::max(widest, lengths[i] + bucket_extra(first + static_cast<unsigned>(i), mantissa));
  }
  uint32_t next = 0;
  for (unsigned length = 1; length <= code_bits; ++length) {
    const uint32_t count = at[length];
    at[length] = next;
    next += count << (code_bits - length);
  }
  if (next != 1U << code_bits) return false;
  for (size_t i = 0; i < symbols; ++i) {
    const unsigned length = lengths[i];
    if (length == 0) continue;
    const unsigned rest = code_bits - length;
    const uint64_t e = entry(first + static_cast<unsigned>(i), length, at[length] >> rest);
    std::fill_n(table.begin() + at[length], 1U << rest, e);
    at[length] += 1U << rest;
  }
  return true;
}

/// One token; `w` are the bits from it on and move to the next.
inline uint64_t take_narrow(const uint64_t* table, unsigned shift, uint64_t& w, uint64_t& pos) {
  const uint64_t e = table[w >> shift];
  const unsigned bits = e & 0xFFU;
  const uint64_t v = (w >> ((64 - bits) & 63U)) + static_cast<uint64_t>(static_cast<int64_t>(e) >> 8U);
  w <<= bits;
  pos += bits;
  return v;
}

/// Tokens of a lane one by one, of any width, to every `stride`-th place; false when they pass `end`, in bits.
bool decode_lane(const Code& code, const uint8_t* base, uint64_t& pos, uint64_t end, uint64_t* out, size_t count,
                 size_t stride) {
  const unsigned shift = 64 - code.index_bits;
  for (size_t i = 0; i < count; ++i, out += stride) {
    uint64_t w = window(base, pos);
    if (code.narrow()) {
      *out = take_narrow(code.table.data(), shift, w, pos);
    } else {
      const uint64_t e = code.table[w >> shift];
      const unsigned extra = e >> 8U & 0xFFU;
      pos += e & 0xFFU;
      *out = bucket_base(static_cast<unsigned>(e >> 16U), code.mantissa) + bits_at(base, pos, extra);
      pos += extra;
    }
    if (pos > end) return false;
  }
  return true;
}

struct Lanes {
  std::array<uint64_t, 4> pos{};
  std::array<uint64_t, 4> end{};
};

/// `count` tokens of each lane, a multiple of kUnchecked, `kPerWindow` of them for each look into the bytes. false when
/// they pass the end.
template <unsigned kPerWindow>
bool decode_four(const Code& code, const uint8_t* base, Lanes& lanes, uint64_t* out, size_t count) {
  static_assert(kUnchecked % kPerWindow == 0);
  const uint64_t* table = code.table.data();
  const unsigned shift = 64 - code.index_bits;
  auto [p0, p1, p2, p3] = lanes.pos;
  const uint64_t end = lanes.end[3];
  for (const uint64_t* const stop = out + 4 * count; out < stop;) {
    for (size_t i = 0; i < kUnchecked; i += kPerWindow) {
      uint64_t w0 = window(base, p0);
      uint64_t w1 = window(base, p1);
      uint64_t w2 = window(base, p2);
      uint64_t w3 = window(base, p3);
      for (size_t k = 0; k < kPerWindow; ++k, out += 4) {
        out[0] = take_narrow(table, shift, w0, p0);
        out[1] = take_narrow(table, shift, w1, p1);
        out[2] = take_narrow(table, shift, w2, p2);
        out[3] = take_narrow(table, shift, w3, p3);
      }
    }
    if (p0 > end || p1 > end || p2 > end || p3 > end) return false;
  }
  lanes.pos = {p0, p1, p2, p3};
  return true;
}

bool read_lanes(std::string_view& bytes, Lanes& lanes) {
  std::array<uint64_t, 3> sizes{};
  for (uint64_t& size : sizes) {
    if (!model::read_varint(bytes, size)) return false;
  }
  uint64_t at = 0;
  for (size_t i = 0; i < 4; ++i) {
    lanes.pos[i] = at * 8;
    if (i < 3) {
      if (sizes[i] > bytes.size() - at) return false;
      at += sizes[i];
    } else {
      at = bytes.size();
    }
    lanes.end[i] = at * 8;
  }
  return true;
}

OREUM_WIDE_INTEGERS bool decode_lanes(const Code& code, std::string_view& bytes, size_t count, size_t want,
                                      uint64_t* out) {
  Lanes lanes;
  if (!read_lanes(bytes, lanes)) return false;
  const uint8_t* base = bytes_of(bytes);
  size_t done = 0;  // tokens of each lane
  if (code.narrow()) {
    const unsigned per_window = kWindowBits / code.widest;
    done = want / 4 / kUnchecked * kUnchecked;
    const bool good = per_window >= 4   ? decode_four<4>(code, base, lanes, out, done)
                      : per_window >= 2 ? decode_four<2>(code, base, lanes, out, done)
                                        : decode_four<1>(code, base, lanes, out, done);
    if (!good) return false;
  }
  for (size_t i = 0; i < 4; ++i) {
    const size_t left = lane_tokens(want, i) - done;
    if (!decode_lane(code, base, lanes.pos[i], lanes.end[i], out + 4 * done + i, left, 4)) return false;
    if (want == count && i < 3 && (lanes.pos[i] + 7) / 8 * 8 != lanes.end[i]) return false;
  }
  bytes.remove_prefix((lanes.pos[3] + 7) / 8);
  return true;
}

}  // namespace

bool decode_tokens(std::string_view& bytes, size_t count, size_t want, uint64_t* out) {
  Code code;  // not initialised whole: the tables are filled as far as they are used
  if (!code.read(bytes)) return false;
  if (code.code_bits == 0 && code.widest == 0) {
    std::fill_n(out, want, bucket_base(code.first, code.mantissa));
    return true;
  }
  if (count >= kLaneTokens) return decode_lanes(code, bytes, count, want, out);
  uint64_t pos = 0;
  if (!decode_lane(code, bytes_of(bytes), pos, bytes.size() * 8, out, want, 1)) return false;
  bytes.remove_prefix((pos + 7) / 8);
  return true;
}

}  // namespace oreum::encoding::column
