// Numbers among zeros: how many, then the gaps as Huffman tokens, then the numbers as other ones.
#include <array>

#include "encoding/column/body.h"
#include "encoding/pack.h"
#include "model/varint.h"

namespace oreum::encoding::column {

namespace {

size_t sparse_size(Residuals& r) {
  // Where few are zeros, Huffman's whole bit for a gap of none costs more than a zero among the numbers.
  if (r.gaps.empty() || r.gaps.size() * 8 > r.z.size() * 7) return SIZE_MAX;
  r.histogram.count(r.gaps);
  r.gap_tokens.plan(r.histogram);
  r.histogram.count(r.values);
  r.value_tokens.plan(r.histogram);
  return (r.gaps.size() < 128 ? 1 : 2) + r.gap_tokens.bytes() + r.value_tokens.bytes();
}

void sparse_encode(Residuals& r, std::string& out) {
  model::append_varint(out, r.gaps.size());
  r.gap_tokens.encode(r.gaps, out);
  r.value_tokens.encode(r.values, out);
}

bool sparse_decode(std::string_view& bytes, size_t n, size_t want, uint64_t* z) {
  uint64_t count = 0;
  if (!model::read_varint(bytes, count) || count == 0 || count > n || n > kMaxPackChunkSamples) return false;
  std::array<uint64_t, kMaxPackChunkSamples> gaps;
  std::array<uint64_t, kMaxPackChunkSamples> values;
  // Where the numbers begin is known once all gaps are read; then so is how many of them are wanted.
  if (!decode_tokens(bytes, count, count, gaps.data())) return false;
  size_t wanted = 0;
  for (size_t at = 0; wanted < count && at < want && gaps[wanted] < want - at; ++wanted) at += gaps[wanted] + 1;
  if (want == n && wanted < count) return false;
  return decode_tokens(bytes, count, wanted, values.data()) && spread(gaps.data(), values.data(), wanted, n, want, z);
}

}  // namespace

const BodyKind kSparse{sparse_size, sparse_encode, sparse_decode};

}  // namespace oreum::encoding::column
