// Columns of 64-bit integers as bytes: what they have in common is taken out (a base, a divisor, a trend), what is left
// is a body. All arithmetic is modulo 2^64, so every column can be written. docs/formats/pack.md, "integers".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoding/column/body.h"

namespace oreum::encoding::column {

/// How a column follows from its residuals z. q are the integers less the first one, divided by their divisor.
enum class Predictor : uint8_t {
  kLevel = 0,   // q[i] = z[i], with the base at the least
  kChange = 1,  // q[i] = q[i−1] + unzigzag(z[i])
  kRise = 2,    // q[i] = q[i−1] + offset + z[i]
  kBend = 3,    // step += unzigzag(z[i]), q[i] = q[i−1] + step; the first step is the offset
  kXor = 4,     // k[i] = k[i−1] ^ z[i] << offset
};

/// What an encoded column of integers is but for its body: k = base + scale · q.
struct IntegerHead {
  Predictor predictor = Predictor::kLevel;
  uint8_t body = 0;  // place in kBodies
  uint64_t base = 0;
  uint64_t scale = 1;
  uint64_t offset = 0;
};

/// Finds a short way to write a column of integers, and writes it. Used again and again, it allocates little.
class IntegerEncoder {
 public:
  /// Bytes that the body will need, about. `bits` are those of doubles: XOR is then tried too.
  size_t plan(std::span<const int64_t> k, bool bits);
  const IntegerHead& head() const { return head_; }
  /// Appends the one byte that tells predictor, body and whether a scale is there, with `flag` in its highest bit; then
  /// the numbers of the head.
  void write_head(bool flag, std::string& out) const;
  void write_body(std::string& out) { kBodies[head_.body]->encode(residuals_, out); }

 private:
  struct Candidate {
    Predictor predictor = Predictor::kLevel;
    uint64_t offset = 0;
    double bits = 0;  // an estimate
    std::vector<uint64_t> z;
  };

  void divide(std::span<const int64_t> k);
  void predict();
  void predict_xor(std::span<const int64_t> k);
  size_t choose();
  size_t choose_body(const Candidate& candidate, uint8_t& body);

  IntegerHead head_;
  std::vector<int64_t> q_;
  std::vector<Candidate> candidates_;
  Residuals residuals_;
};

/// Takes a head off the front of the bytes; false when it is damaged.
bool read_integer_head(std::string_view& bytes, IntegerHead& head, bool& flag);

/// Writes the first `want` of the body's `n` integers k, which is taken off the bytes when all are wanted; false when
/// it is damaged.
bool decode_integers(std::string_view& bytes, const IntegerHead& head, size_t n, size_t want, uint64_t* k);

}  // namespace oreum::encoding::column
