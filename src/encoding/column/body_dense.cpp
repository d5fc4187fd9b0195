// All numbers as Huffman tokens.
#include "encoding/column/body.h"

namespace oreum::encoding::column {

namespace {

size_t dense_size(Residuals& r) {
  r.histogram.count(r.z);
  r.tokens.plan(r.histogram);
  return r.tokens.bytes();
}

void dense_encode(Residuals& r, std::string& out) { r.tokens.encode(r.z, out); }

bool dense_decode(std::string_view& bytes, size_t n, size_t want, uint64_t* z) {
  return decode_tokens(bytes, n, want, z);
}

}  // namespace

const BodyKind kDense{dense_size, dense_encode, dense_decode};

}  // namespace oreum::encoding::column
