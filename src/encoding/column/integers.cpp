#include "encoding/column/integers.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "encoding/column/bits.h"
#include "encoding/column/clones.h"
#include "model/varint.h"

namespace oreum::encoding::column {

using model::append_varint;
using model::read_varint;
using model::unzigzag;
using model::zigzag;

namespace {

uint64_t u(int64_t v) { return static_cast<uint64_t>(v); }
int64_t s(uint64_t v) { return static_cast<int64_t>(v); }
uint64_t zigzag_of(uint64_t difference) { return zigzag(s(difference)); }
uint64_t unzigzag_of(uint64_t z) { return u(unzigzag(z)); }

bool has_offset(Predictor p) { return p == Predictor::kRise || p == Predictor::kBend || p == Predictor::kXor; }

/// std::has_single_bit is a library call where the processor's own instruction cannot be relied on.
bool is_power_of_two(uint64_t v) { return v != 0 && (v & (v - 1)) == 0; }

/// The greatest divisor of all k less the first; 0 when they are equal.
uint64_t divisor_of(std::span<const int64_t> k) {
  uint64_t divisor = 0;
  for (const int64_t v : k) {
    const uint64_t d = u(v) - u(k[0]);
    const uint64_t size = s(d) < 0 ? 0 - d : d;
    if (divisor == 1) return 1;
    // Divisors are mostly powers of two (pages, sectors), where a division is saved.
    if (is_power_of_two(divisor) ? (size & (divisor - 1)) == 0 : divisor != 0 && size % divisor == 0) continue;
    divisor = std::gcd(divisor, size);
  }
  return divisor;
}

}  // namespace

/// Sets q_, base and scale.
void IntegerEncoder::divide(std::span<const int64_t> k) {
  const uint64_t divisor = std::max<uint64_t>(1, divisor_of(k));
  head_.base = u(k[0]);
  head_.scale = divisor;
  q_.resize(k.size());
  // A divisor of 2^63 or more is an int64 below zero: it is left as it is, as every difference is 0 or that.
  if (divisor == 1 || s(divisor) < 0) {
    head_.scale = 1;
    for (size_t i = 0; i < k.size(); ++i) q_[i] = s(u(k[i]) - head_.base);
  } else if (is_power_of_two(divisor)) {
    const int shift = std::countr_zero(divisor);
    for (size_t i = 0; i < k.size(); ++i) q_[i] = s(u(k[i]) - head_.base) >> shift;
  } else {
    for (size_t i = 0; i < k.size(); ++i) q_[i] = s(u(k[i]) - head_.base) / s(divisor);
  }
}

/// Fills the candidates of the four predictors over q_.
void IntegerEncoder::predict() {
  const size_t n = q_.size();
  Candidate& level = candidates_[0];
  Candidate& change = candidates_[1];
  Candidate& rise = candidates_[2];
  Candidate& bend = candidates_[3];
  for (Candidate& c : candidates_) c.z.resize(n);
  int64_t least = q_[0];
  int64_t least_step = std::numeric_limits<int64_t>::max();
  uint64_t step = n > 1 ? u(q_[1]) - u(q_[0]) : 0;
  bend.offset = step;
  change.z[0] = 0;
  bend.z[0] = 0;
  for (size_t i = 1; i < n; ++i) {
    const uint64_t d = u(q_[i]) - u(q_[i - 1]);
    least = std::min(least, q_[i]);
    least_step = std::min(least_step, s(d));
    change.z[i] = zigzag_of(d);
    bend.z[i] = zigzag_of(d - step);
    step = d;
  }
  level.offset = u(least);
  rise.offset = n > 1 ? u(least_step) : 0;
  rise.z[0] = 0;
  level.z[0] = u(q_[0]) - level.offset;
  for (size_t i = 1; i < n; ++i) {
    level.z[i] = u(q_[i]) - level.offset;
    rise.z[i] = u(q_[i]) - u(q_[i - 1]) - rise.offset;
  }
}

/// Adds the candidate of XOR over the integers themselves.
void IntegerEncoder::predict_xor(std::span<const int64_t> k) {
  candidates_.emplace_back();
  Candidate& c = candidates_.back();
  c.predictor = Predictor::kXor;
  c.z.resize(k.size());
  uint64_t all = 0;
  for (size_t i = 1; i < k.size(); ++i) all |= u(k[i]) ^ u(k[i - 1]);
  const auto shift = static_cast<unsigned>(all == 0 ? 0 : std::countr_zero(all));
  c.offset = shift;
  c.z[0] = 0;
  for (size_t i = 1; i < k.size(); ++i) c.z[i] = (u(k[i]) ^ u(k[i - 1])) >> shift;
}

size_t IntegerEncoder::choose_body(const Candidate& candidate, uint8_t& body) {
  residuals_.look_at(candidate.z);
  size_t least = SIZE_MAX;
  for (uint8_t i = 0; i < kBodies.size(); ++i) {
    const size_t size = kBodies[i]->size(residuals_);
    if (size >= least) continue;
    least = size;
    body = i;
    if (size == 0) break;
  }
  return least;
}

/// Takes the candidate that looks best, or the next if it looks nearly as good and is shorter.
size_t IntegerEncoder::choose() {
  constexpr double kNearly = 1.04;
  const Candidate* best = &candidates_[0];
  const Candidate* next = nullptr;
  for (const Candidate& c : std::span(candidates_).subspan(1)) {
    if (c.bits < best->bits) {
      next = std::exchange(best, &c);
    } else if (next == nullptr || c.bits < next->bits) {
      next = &c;
    }
  }
  uint8_t body = 0;
  size_t bytes = choose_body(*best, body);
  if (bytes > 0 && next->bits < kNearly * best->bits) {
    uint8_t other_body = 0;
    const size_t other = choose_body(*next, other_body);
    if (other < bytes) {
      best = next;
      bytes = other;
      body = other_body;
    } else {
      choose_body(*best, body);  // what the body is written from
    }
  }
  head_.predictor = best->predictor;
  head_.body = body;
  head_.offset = best->offset;
  return bytes;
}

size_t IntegerEncoder::plan(std::span<const int64_t> k, bool bits) {
  constexpr Predictor kOverQ[] = {Predictor::kLevel, Predictor::kChange, Predictor::kRise, Predictor::kBend};
  candidates_.resize(std::size(kOverQ));
  for (size_t i = 0; i < std::size(kOverQ); ++i) candidates_[i].predictor = kOverQ[i];
  divide(k);
  predict();
  if (bits) predict_xor(k);
  for (Candidate& c : candidates_) c.bits = token_bits(c.z);
  const size_t bytes = choose();
  if (head_.predictor == Predictor::kLevel) {
    head_.base += head_.scale * head_.offset;
  } else if (head_.predictor == Predictor::kXor) {
    head_.base = u(k[0]);
    head_.scale = 1;
  }
  return bytes;
}

void IntegerEncoder::write_head(bool flag, std::string& out) const {
  const bool scaled = head_.scale != 1;
  out += static_cast<char>(static_cast<unsigned>(head_.predictor) | unsigned{head_.body} << 3U |
                           static_cast<unsigned>(scaled) << 6U | static_cast<unsigned>(flag) << 7U);
  append_varint(out, zigzag_of(head_.base));
  if (scaled) append_varint(out, head_.scale);
  if (has_offset(head_.predictor)) append_varint(out, zigzag_of(head_.offset));
}

bool read_integer_head(std::string_view& bytes, IntegerHead& head, bool& flag) {
  if (bytes.empty()) return false;
  const auto first = static_cast<uint8_t>(bytes[0]);
  bytes.remove_prefix(1);
  head = {};
  head.predictor = static_cast<Predictor>(first & 7U);
  head.body = first >> 3U & 7U;
  flag = (first & 0x80U) != 0;
  if (head.predictor > Predictor::kXor || head.body >= kBodies.size()) return false;
  if (!read_varint(bytes, head.base)) return false;
  head.base = unzigzag_of(head.base);
  if ((first & 0x40U) != 0 && !read_varint(bytes, head.scale)) return false;
  if (!has_offset(head.predictor)) return true;
  if (!read_varint(bytes, head.offset)) return false;
  head.offset = unzigzag_of(head.offset);
  return head.predictor != Predictor::kXor || head.offset < 64;
}

namespace {

/// Sums of `step(i)`, each times the scale, on top of `from`.
template <typename Step>
void add_up(uint64_t from, uint64_t scale, size_t n, uint64_t* k, Step step) {
  uint64_t at = from;
  if (scale == 1) {
    for (size_t i = 0; i < n; ++i) k[i] = at += step(i);
  } else {
    for (size_t i = 0; i < n; ++i) k[i] = at += scale * step(i);
  }
}

void scale_up(const IntegerHead& head, size_t n, uint64_t* k) {
  if (head.scale == 1) {
    for (size_t i = 0; i < n; ++i) k[i] += head.base;
  } else if (is_power_of_two(head.scale)) {
    const int shift = std::countr_zero(head.scale);
    for (size_t i = 0; i < n; ++i) k[i] = (k[i] << shift) + head.base;
  } else {
    for (size_t i = 0; i < n; ++i) k[i] = k[i] * head.scale + head.base;
  }
}

}  // namespace

OREUM_WIDE_INTEGERS bool decode_integers(std::string_view& bytes, const IntegerHead& head, size_t n, size_t want,
                                         uint64_t* k) {
  if (!kBodies[head.body]->decode(bytes, n, want, k)) return false;
  const uint64_t offset = head.offset;
  switch (head.predictor) {
    case Predictor::kLevel: scale_up(head, want, k); break;
    case Predictor::kChange: add_up(head.base, head.scale, want, k, [k](size_t i) { return unzigzag_of(k[i]); }); break;
    case Predictor::kRise:
      add_up(head.base - head.scale * offset, head.scale, want, k, [k, offset](size_t i) { return k[i] + offset; });
      break;
    case Predictor::kBend: {
      uint64_t step = offset;
      add_up(head.base - head.scale * offset, head.scale, want, k,
             [k, &step](size_t i) { return step += unzigzag_of(k[i]); });
      break;
    }
    case Predictor::kXor: {
      uint64_t at = head.base;
      for (size_t i = 0; i < want; ++i) k[i] = at ^= k[i] << offset;
      break;
    }
  }
  return true;
}

}  // namespace oreum::encoding::column
