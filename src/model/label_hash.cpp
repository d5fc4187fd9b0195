#include "model/label_hash.h"

#include <algorithm>
#include <string>

#include <xxhash.h>

namespace oreum::model {

uint64_t prometheus_hash(const Labels& labels) {
  // XXH64 of names and values in order, each behind its length: a byte, or from 255 on 0xff and three.
  constexpr size_t kLong = 255;
  std::string bytes;
  const auto add = [&](std::string_view text) {
    bytes += static_cast<char>(std::min(text.size(), kLong));
    for (int shift = 0; text.size() >= kLong && shift < 24; shift += 8) {
      bytes += static_cast<char>(text.size() >> shift);
    }
    bytes += text;
  };
  for (const Label& label : labels) {
    add(label.name);
    add(label.value);
  }
  return XXH64(bytes.data(), bytes.size(), 0);
}

}  // namespace oreum::model
