#include "encoding/chunk.h"

#include <cmath>
#include <optional>

#include <fmt/core.h>
#include <xxhash.h>

#include "base/check.h"
#include "model/varint.h"

namespace oreum::encoding {

namespace {

using model::append_varint;
using model::read_varint;
using model::unzigzag;
using model::zigzag;

constexpr char kFormatPlain = 1;
constexpr size_t kChecksumSize = 4;

// Kinds of value tokens: the two low bits of a varint.
constexpr uint64_t kRun = 0;      // the value before, n + 1 times
constexpr uint64_t kInteger = 1;  // the integer before plus a difference
constexpr uint64_t kXor = 2;      // changed bytes of the bits
constexpr uint64_t kCents = 3;    // the hundredths before plus a difference

constexpr double kMaxExact = 9007199254740992.0;  // 2^53: integers below it are exact

uint32_t checksum(std::string_view bytes) { return static_cast<uint32_t>(XXH3_64bits(bytes.data(), bytes.size())); }

Error damaged(std::string_view what) { return {Code::kDataLoss, fmt::format("damaged chunk: {}", what)}; }

/// The integer with exactly these bits as a double; -0.0, fractions and big numbers are none.
std::optional<int64_t> exact_integer(double v) {
  if (!(v > -kMaxExact && v < kMaxExact)) return std::nullopt;
  const auto i = static_cast<int64_t>(v);
  if (std::bit_cast<uint64_t>(static_cast<double>(i)) != std::bit_cast<uint64_t>(v)) return std::nullopt;
  return i;
}

/// The k with k ÷ 100 of exactly these bits.
std::optional<int64_t> exact_cents(double v) {
  const double scaled = v * 100.0;
  if (!(scaled > -kMaxExact && scaled < kMaxExact)) return std::nullopt;
  const int64_t k = std::llrint(scaled);
  if (std::bit_cast<uint64_t>(static_cast<double>(k) / 100.0) != std::bit_cast<uint64_t>(v)) return std::nullopt;
  return k;
}

void append_le(std::string& out, uint64_t x, unsigned size) {
  char bytes[8];
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(x >> (8 * i));
  out.append(bytes, size);
}

void append_xor(std::string& out, uint64_t x) {
  const unsigned low = static_cast<unsigned>(std::countr_zero(x)) / 8;
  const unsigned size = 8 - low - static_cast<unsigned>(std::countl_zero(x)) / 8;
  // low 0…7 and size 1…8 in six bits: the token is one byte or two.
  append_varint(out, ((low | (size - 1) << 3) << 2) | kXor);
  append_le(out, x >> (8 * low), size);
}

/// Writes the value `bits` after `prev`; they differ.
void append_value(std::string& out, uint64_t prev, uint64_t bits) {
  const double from = std::bit_cast<double>(prev);
  const double to = std::bit_cast<double>(bits);
  if (const auto b = exact_integer(to)) {
    if (const auto a = exact_integer(from)) return append_varint(out, zigzag(*b - *a) << 2 | kInteger);
  }
  if (const auto b = exact_cents(to)) {
    if (const auto a = exact_cents(from)) return append_varint(out, zigzag(*b - *a) << 2 | kCents);
  }
  append_xor(out, prev ^ bits);
}

// Time tokens: (n << 1 | 1) is a run of n steps equal to the one before, (zigzag(d) << 1) a step changed by d, and a
// run of 0 is followed by the eight bytes of a change that is too big for the shift.
void append_time_run(std::string& out, uint32_t run) { append_varint(out, static_cast<uint64_t>(run) << 1 | 1); }

void append_time_change(std::string& out, uint64_t change) {
  const uint64_t z = zigzag(static_cast<int64_t>(change));
  if (z < (1ULL << 62)) return append_varint(out, z << 1);
  out += static_cast<char>(1);
  append_le(out, change, 8);
}

bool read_le(std::string_view& rest, unsigned size, uint64_t& out) {
  if (rest.size() < size) return false;
  out = 0;
  for (unsigned i = 0; i < size; ++i) out |= static_cast<uint64_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
  rest.remove_prefix(size);
  return true;
}

Status decode_times(std::string_view rest, uint64_t count, int64_t first, RawVector<int64_t>& out) {
  out.push_back(first);
  auto t = static_cast<uint64_t>(first);
  uint64_t step = 0;
  for (uint64_t left = count - 1; left > 0;) {
    uint64_t token = 0;
    if (!read_varint(rest, token)) return damaged("times end early");
    uint64_t run = 1;
    if (token == 1) {
      uint64_t change = 0;
      if (!read_le(rest, 8, change)) return damaged("times end early");
      step += change;
    } else if ((token & 1) != 0) {
      run = token >> 1;
    } else {
      step += static_cast<uint64_t>(unzigzag(token >> 1));
    }
    if (run > left) return damaged("more times than samples");
    left -= run;
    for (; run > 0; --run) {
      const auto last = static_cast<int64_t>(t);
      t += step;
      if (static_cast<int64_t>(t) <= last) return damaged("times do not rise");
      out.push_back(static_cast<int64_t>(t));
    }
  }
  return rest.empty() ? Status{} : damaged("times go on");
}

/// The value that a token other than a run stands for.
Result<uint64_t> decode_value(std::string_view& rest, uint64_t token, uint64_t prev) {
  const int64_t difference = unzigzag(token >> 2);
  const double from = std::bit_cast<double>(prev);
  switch (token & 3) {
    case kInteger: {
      const auto a = exact_integer(from);
      if (!a) return damaged("a difference from no integer");
      const auto sum = static_cast<int64_t>(static_cast<uint64_t>(*a) + static_cast<uint64_t>(difference));
      return std::bit_cast<uint64_t>(static_cast<double>(sum));
    }
    case kCents: {
      const auto a = exact_cents(from);
      if (!a) return damaged("a difference from no decimal");
      const auto sum = static_cast<int64_t>(static_cast<uint64_t>(*a) + static_cast<uint64_t>(difference));
      return std::bit_cast<uint64_t>(static_cast<double>(sum) / 100.0);
    }
    default: {
      const auto low = static_cast<unsigned>(token >> 2 & 7);
      const auto size = static_cast<unsigned>(token >> 5 & 7) + 1;
      uint64_t x = 0;
      if (token >> 8 != 0 || low + size > 8 || !read_le(rest, size, x)) return damaged("values end early");
      return prev ^ (x << (8 * low));
    }
  }
}

Status decode_values(std::string_view rest, uint64_t count, RawVector<double>& out) {
  uint64_t bits = 0;
  for (uint64_t left = count; left > 0;) {
    uint64_t token = 0;
    if (!read_varint(rest, token)) return damaged("values end early");
    uint64_t run = 1;
    if ((token & 3) == kRun) {
      run = (token >> 2) + 1;
      if (run > left) return damaged("more values than samples");
    } else {
      TRY_ASSIGN(bits, decode_value(rest, token, bits));
    }
    left -= run;
    out.insert(out.end(), run, std::bit_cast<double>(bits));
  }
  return rest.empty() ? Status{} : damaged("values go on");
}

Status decode_plain(std::string_view rest, uint64_t most, RawVector<int64_t>& t, RawVector<double>& v) {
  uint64_t count = 0;
  uint64_t first = 0;
  uint64_t times_size = 0;
  if (!read_varint(rest, count) || !read_varint(rest, first) || !read_varint(rest, times_size) ||
      times_size > rest.size()) {
    return damaged("the header ends early");
  }
  if (count == 0 || count > most) return damaged("an impossible number of samples");
  t.reserve(t.size() + count);
  v.reserve(v.size() + count);
  TRY(decode_times(rest.substr(0, times_size), count, unzigzag(first), t));
  return decode_values(rest.substr(times_size), count, v);
}

}  // namespace

void ChunkBuilder::append(TimestampMs t, double v) {
  if (count_ == 0) {
    first_t_ = t.ms;
  } else {
    const uint64_t step = static_cast<uint64_t>(t.ms) - static_cast<uint64_t>(prev_t_);
    if (step == prev_step_) {
      ++time_run_;
    } else {
      if (time_run_ > 0) append_time_run(times_, time_run_);
      time_run_ = 0;
      append_time_change(times_, step - prev_step_);
      prev_step_ = step;
    }
  }
  const auto bits = std::bit_cast<uint64_t>(v);
  if (bits == prev_bits_) {
    ++value_run_;
  } else {
    if (value_run_ > 0) append_varint(values_, static_cast<uint64_t>(value_run_ - 1) << 2 | kRun);
    value_run_ = 0;
    append_value(values_, prev_bits_, bits);
    prev_bits_ = bits;
  }
  prev_t_ = t.ms;
  digest_ += sample_hash(t, v);
  ++count_;
}

std::string ChunkBuilder::finish() const {
  std::string time_tail;
  if (time_run_ > 0) append_time_run(time_tail, time_run_);
  std::string out;
  out.reserve(times_.size() + values_.size() + 32);
  out += kFormatPlain;
  append_varint(out, count_);
  append_varint(out, zigzag(first_t_));
  append_varint(out, times_.size() + time_tail.size());
  out += times_;
  out += time_tail;
  out += values_;
  if (value_run_ > 0) append_varint(out, static_cast<uint64_t>(value_run_ - 1) << 2 | kRun);
  const uint32_t sum = checksum(out);
  for (unsigned i = 0; i < kChecksumSize; ++i) out += static_cast<char>(sum >> (8 * i));
  return out;
}

Status ChunkBuilder::decode(RawVector<int64_t>& t, RawVector<double>& v) const {
  if (count_ == 0) return {};
  // Between two seals there may be more samples than a stored chunk has.
  const std::string bytes = finish();
  return decode_plain(std::string_view(bytes).substr(1, bytes.size() - 1 - kChecksumSize), count_, t, v);
}

std::string encode_chunk(std::span<const int64_t> t, std::span<const double> v) {
  OREUM_CHECK(t.size() == v.size() && !t.empty() && t.size() <= kMaxChunkSamples, "columns of a chunk");
  ChunkBuilder builder;
  for (size_t i = 0; i < t.size(); ++i) builder.append({t[i]}, v[i]);
  return builder.finish();
}

Status decode_chunk(std::string_view bytes, RawVector<int64_t>& t, RawVector<double>& v) {
  if (bytes.size() <= kChecksumSize) return damaged("too short");
  std::string_view tail = bytes.substr(bytes.size() - kChecksumSize);
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumSize);
  uint64_t sum = 0;
  read_le(tail, kChecksumSize, sum);
  if (sum != checksum(body)) return damaged("the checksum does not match");
  if (body[0] != kFormatPlain) {
    return Error(Code::kDataLoss,
                 fmt::format("a chunk of format {}, which this version cannot read: a newer Oreum wrote it",
                             static_cast<unsigned char>(body[0])));
  }
  const size_t before = t.size();
  Status status = decode_plain(body.substr(1), kMaxChunkSamples, t, v);
  if (!status) {
    t.resize(before);
    v.resize(before);
  }
  return status;
}

}  // namespace oreum::encoding
