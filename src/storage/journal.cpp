#include "storage/journal.h"

#include <cstring>

#include <fmt/core.h>

#include "model/varint.h"

namespace oreum::storage {

namespace {

using model::append_varint;
using model::read_varint;
using model::unzigzag;
using model::zigzag;

constexpr char kFormat = 1;
constexpr size_t kChecksumSize = 4;
// A row of more samples was never written; a damaged count must not ask for memory.
constexpr uint64_t kMaxSamples = 1ULL << 26;

Error damaged(std::string_view what) { return {Code::kDataLoss, fmt::format("damaged journal row: {}", what)}; }

/// CRC-32C would do as well; FNV over words keeps the folder free of another library.
uint32_t checksum(std::string_view bytes) {
  uint64_t h = 0xCBF29CE484222325U ^ bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word = 0;
    for (unsigned i = 0; i < 8; ++i) word |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    h = (h ^ word) * 0x100000001B3U;
    h ^= h >> 29;
  }
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return static_cast<uint32_t>(h ^ h >> 32);
}

/// Bytes of a double that count: those above its trailing zero bytes. 0 for 0.0, 2 for small whole numbers.
unsigned significant(uint64_t bits) { return bits == 0 ? 0 : 8 - static_cast<unsigned>(std::countr_zero(bits)) / 8; }

/// Column of runs: pairs (zigzag of start − where the run before would go on, size).
template <typename Runs>
void append_runs(std::string& out, const Runs& runs, uint64_t stride) {
  uint64_t expected = 0;
  for (const auto& run : runs) {
    const auto start = static_cast<uint64_t>(run.start);
    append_varint(out, zigzag(static_cast<int64_t>(start - expected)));
    append_varint(out, run.size);
    expected = start + run.size * stride;
  }
}

bool read_runs(std::string_view& rest, uint64_t count, uint64_t stride, std::vector<int64_t>& out) {
  uint64_t expected = 0;
  for (uint64_t left = count; left > 0;) {
    uint64_t difference = 0;
    uint64_t size = 0;
    if (!read_varint(rest, difference) || !read_varint(rest, size) || size == 0 || size > left) return false;
    uint64_t value = expected + static_cast<uint64_t>(unzigzag(difference));
    for (uint64_t i = 0; i < size; ++i, value += stride) out.push_back(static_cast<int64_t>(value));
    expected = value;
    left -= size;
  }
  return true;
}

/// Nibbles with the number of significant bytes, then those bytes, most significant first.
bool read_values(std::string_view& rest, uint64_t count, std::vector<double>& out) {
  const size_t nibbles = (count + 1) / 2;
  if (nibbles > rest.size()) return false;
  const std::string_view sizes = rest.substr(0, nibbles);
  rest.remove_prefix(nibbles);
  for (uint64_t i = 0; i < count; ++i) {
    const unsigned size = static_cast<unsigned char>(sizes[i / 2]) >> (i % 2 * 4) & 0xFU;
    if (size > 8 || size > rest.size()) return false;
    uint64_t bits = 0;
    for (unsigned k = 0; k < size; ++k)
      bits |= static_cast<uint64_t>(static_cast<unsigned char>(rest[k])) << (56 - 8 * k);
    rest.remove_prefix(size);
    out.push_back(std::bit_cast<double>(bits));
  }
  return true;
}

}  // namespace

void JournalWriter::clear() {
  refs_.clear();
  times_.clear();
  bits_.clear();
}

void JournalWriter::add(int64_t ref, TimestampMs t, double v) {
  if (!refs_.empty() && refs_.back().start + static_cast<int64_t>(refs_.back().size) == ref) {
    ++refs_.back().size;
  } else {
    refs_.push_back({ref, 1});
  }
  if (!times_.empty() && times_.back().start == t.ms) {
    ++times_.back().size;
  } else {
    times_.push_back({t.ms, 1});
  }
  bits_.push_back(std::bit_cast<uint64_t>(v));
}

std::string_view JournalWriter::encode() {
  out_.clear();
  out_ += kFormat;
  append_varint(out_, bits_.size());
  append_runs(out_, refs_, 1);
  append_runs(out_, times_, 0);
  append_values();
  const uint32_t sum = checksum(out_);
  for (unsigned i = 0; i < kChecksumSize; ++i) out_ += static_cast<char>(sum >> (8 * i));
  return out_;
}

/// Nibbles and bytes at once: eight bytes are written for each value, and the next one's start where its own end.
void JournalWriter::append_values() {
  static_assert(std::endian::native == std::endian::little);
  const size_t nibbles = (bits_.size() + 1) / 2;
  const size_t start = out_.size();
  out_.resize(start + nibbles + bits_.size() * sizeof(uint64_t));
  char* sizes = out_.data() + start;
  char* bytes = sizes + nibbles;
  for (size_t i = 0; i < bits_.size(); ++i) {
    const unsigned size = significant(bits_[i]);
    sizes[i / 2] = static_cast<char>(sizes[i / 2] | size << (i % 2 * 4));
    const uint64_t most_significant_first = std::byteswap(bits_[i]);
    std::memcpy(bytes, &most_significant_first, sizeof most_significant_first);
    bytes += size;
  }
  out_.resize(static_cast<size_t>(bytes - out_.data()));
}

uint32_t checksum_of_row(std::string_view bytes) {
  uint32_t sum = 0;
  if (bytes.size() < kChecksumSize) return sum;
  const std::string_view end = bytes.substr(bytes.size() - kChecksumSize);
  for (unsigned i = 0; i < kChecksumSize; ++i) {
    sum |= static_cast<uint32_t>(static_cast<unsigned char>(end[i])) << (8 * i);
  }
  return sum;
}

Status decode_journal_row(std::string_view bytes, JournalRow& row) {
  row.refs.clear();
  row.t.clear();
  row.v.clear();
  if (bytes.size() <= kChecksumSize) return damaged("too short");
  std::string_view rest = bytes.substr(0, bytes.size() - kChecksumSize);
  if (checksum_of_row(bytes) != checksum(rest)) return damaged("the checksum does not match");
  if (rest[0] != kFormat) {
    return Error(Code::kDataLoss, fmt::format("a journal row of format {}, which this version cannot read",
                                              static_cast<unsigned char>(rest[0])));
  }
  rest.remove_prefix(1);
  uint64_t count = 0;
  if (!read_varint(rest, count) || count > kMaxSamples) return damaged("an impossible number of samples");
  if (!read_runs(rest, count, 1, row.refs)) return damaged("the series");
  if (!read_runs(rest, count, 0, row.t)) return damaged("the times");
  if (!read_values(rest, count, row.v) || !rest.empty()) return damaged("the values");
  return {};
}

}  // namespace oreum::storage
