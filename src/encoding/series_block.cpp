#include "encoding/series_block.h"

#include <fmt/core.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/check.h"
#include "model/varint.h"

namespace oreum::encoding {

namespace {

constexpr char kFormat = 1;
constexpr size_t kChecksumSize = 4;
constexpr int kLevel = 9;  // written seldom, read at each start
// A damaged size must not ask for memory: a block is a batch's new series, or some thousands put together.
constexpr uint64_t kMostBytes = uint64_t{1} << 30;

Error damaged(std::string_view what) { return {Code::kDataLoss, fmt::format("damaged series block: {}", what)}; }

void append_checksum(std::string& out) {
  const auto sum = static_cast<uint32_t>(XXH3_64bits(out.data(), out.size()));
  for (unsigned i = 0; i < kChecksumSize; ++i) out += static_cast<char>(sum >> (8 * i));
}

bool take_checksum(std::string_view& bytes) {
  if (bytes.size() < kChecksumSize) return false;
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumSize);
  std::string whole(body);
  append_checksum(whole);
  const bool good = whole == bytes;
  bytes = body;
  return good;
}

Status parse(std::string_view plain, std::vector<NumberedLabels>& out) {
  uint64_t ref = 0;
  while (!plain.empty()) {
    uint64_t gap = 0;
    uint64_t size = 0;
    if (!model::read_varint(plain, gap) || !model::read_varint(plain, size) || size > plain.size() ||
        gap > static_cast<uint64_t>(INT64_MAX) - ref) {
      return damaged("an entry");
    }
    ref += gap;
    out.push_back({static_cast<int64_t>(ref), std::string(plain.substr(0, size))});
    plain.remove_prefix(size);
  }
  return {};
}

}  // namespace

std::string encode_series_block(std::span<const NumberedLabels> series) {
  std::string plain;
  int64_t last = 0;
  for (const NumberedLabels& one : series) {
    OREUM_CHECK(one.ref >= last, "refs rise");
    model::append_varint(plain, static_cast<uint64_t>(one.ref - last));
    model::append_varint(plain, one.labels.size());
    plain += one.labels;
    last = one.ref;
  }
  std::string out(1, kFormat);
  model::append_varint(out, plain.size());
  const size_t head = out.size();
  out.resize(head + ZSTD_compressBound(plain.size()));
  const size_t size = ZSTD_compress(out.data() + head, out.size() - head, plain.data(), plain.size(), kLevel);
  OREUM_CHECK(ZSTD_isError(size) == 0, ZSTD_getErrorName(size));
  out.resize(head + size);
  append_checksum(out);
  return out;
}

Status decode_series_block(std::string_view bytes, std::vector<NumberedLabels>& out) {
  if (!take_checksum(bytes)) return damaged("the checksum does not match");
  if (bytes.empty() || bytes.front() != kFormat) return damaged("unknown format");
  bytes.remove_prefix(1);
  uint64_t size = 0;
  if (!model::read_varint(bytes, size) || size > kMostBytes) return damaged("its size");
  std::string plain(size, '\0');
  if (ZSTD_decompress(plain.data(), plain.size(), bytes.data(), bytes.size()) != size) return damaged("its content");
  const size_t before = out.size();
  Status status = parse(plain, out);
  if (!status) out.resize(before);
  return status;
}

}  // namespace oreum::encoding
