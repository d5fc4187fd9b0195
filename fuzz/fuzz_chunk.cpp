// Chunks and journal rows from any bytes: they are refused, or read and survive another round.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <xxhash.h>

#include "base/check.h"
#include "encoding/chunk.h"
#include "model/sample.h"
#include "storage/journal.h"

namespace {

void read_chunk(std::string_view bytes) {
  oreum::RawVector<int64_t> t;
  oreum::RawVector<double> v;
  if (!oreum::encoding::decode_chunk(bytes, t, v)) {
    OREUM_CHECK(t.empty() && v.empty(), "a refused chunk gives nothing");
    return;
  }
  oreum::RawVector<int64_t> t2;
  oreum::RawVector<double> v2;
  OREUM_CHECK(oreum::encoding::decode_chunk(oreum::encoding::encode_chunk(t, v), t2, v2).has_value(), "reads back");
  OREUM_CHECK(t == t2 && std::equal(v.begin(), v.end(), v2.begin(), v2.end(), oreum::model::same_bits), "to the bit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  oreum::storage::JournalRow row;
  static_cast<void>(oreum::storage::decode_journal_row(text, row));
  read_chunk(text);
  // And with a good checksum, so that what lies behind it is reached.
  std::string sealed(text);
  const auto sum = static_cast<uint32_t>(XXH3_64bits(text.data(), text.size()));
  for (unsigned i = 0; i < 4; ++i) sealed += static_cast<char>(sum >> (8 * i));
  read_chunk(sealed);
  return 0;
}
