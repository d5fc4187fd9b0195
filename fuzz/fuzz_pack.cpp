// Packs, and columns without the checksums before them, from any bytes: they are refused, or read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "encoding/column/bits.h"
#include "encoding/column/time_codec.h"
#include "encoding/column/value_codec.h"
#include "encoding/pack.h"
#include "model/sample.h"

namespace {

using namespace oreum::encoding;

void read_pack(std::string bytes) {
  const auto pack = Pack::open(std::move(bytes));
  if (!pack) return;
  std::vector<int64_t> t(kMaxPackChunkSamples);
  std::vector<double> v(size_t{kMaxPackChunkSamples} * pack->fields());
  for (const PackChunk& chunk : pack->chunks()) {
    OREUM_CHECK(chunk.count > 0 && chunk.count <= kMaxPackChunkSamples && chunk.t_min <= chunk.t_max, "a chunk");
    if (const auto times = pack->times(chunk, t.data())) {
      OREUM_CHECK(times->front() == chunk.t_min && times->back() == chunk.t_max, "the ends of its times");
      for (size_t i = 1; i < times->size(); ++i) OREUM_CHECK((*times)[i - 1] < (*times)[i], "times rise");
    }
    static_cast<void>(pack->values(chunk, chunk.count / 3, chunk.count - chunk.count / 3, v.data()));
    static_cast<void>(pack->values(chunk, v.data()));
  }
}

/// A column that is read is written again and read to the same bits.
void read_columns(std::string_view text) {
  if (text.size() < 2) return;
  const size_t n = 1 + (static_cast<uint8_t>(text[0]) | static_cast<size_t>(text[1]) << 8U) % kMaxPackChunkSamples;
  std::string bytes(text.substr(2));
  bytes.append(column::kReadSlack, '\0');
  const std::string_view encoded = std::string_view(bytes).substr(0, text.size() - 2);
  std::vector<int64_t> t(n);
  static_cast<void>(column::decode_times(encoded, n, 0, static_cast<int64_t>(1000 * (n - 1)), t.data()));
  std::vector<double> v(n);
  std::vector<double> part(n);
  const size_t first = n / 3;
  const size_t last = n - n / 3;
  const bool partly = column::decode_values(encoded, n, first, last, part.data());
  if (!column::decode_values(encoded, n, 0, n, v.data())) return;
  OREUM_CHECK(partly, "what is good as a whole is good in part");
  for (size_t i = first; i < last; ++i) OREUM_CHECK(oreum::model::same_bits(v[i], part[i]), "a part to the bit");
  column::ValueEncoder encoder;
  std::string again;
  encoder.encode(v, again);
  const size_t size = again.size();
  again.append(column::kReadSlack, '\0');
  std::vector<double> v2(n);
  OREUM_CHECK(column::decode_values(std::string_view(again).substr(0, size), n, 0, n, v2.data()), "reads back");
  for (size_t i = 0; i < n; ++i) OREUM_CHECK(oreum::model::same_bits(v[i], v2[i]), "to the bit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_pack(std::string(text));
  read_columns(text);
  return 0;
}
