// LEB128 varints and zigzag, as protobuf writes them: used by labels, the journal and the chunks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oreum::model {

inline void append_varint(std::string& out, uint64_t v) {
  char bytes[10];
  size_t size = 0;
  for (; v >= 0x80; v >>= 7) bytes[size++] = static_cast<char>(v | 0x80);
  bytes[size++] = static_cast<char>(v);
  out.append(bytes, size);  // once: a string that grows byte by byte looks at its capacity for each
}

/// Takes a varint off the front; false when the text ends early or the number needs more than 64 bits.
inline bool read_varint(std::string_view& rest, uint64_t& v) {
  v = 0;
  for (size_t i = 0; i < rest.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    if (i == 9 && byte > 1) return false;
    v |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

inline uint64_t zigzag(int64_t v) { return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63); }
inline int64_t unzigzag(uint64_t v) { return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1); }

}  // namespace oreum::model
