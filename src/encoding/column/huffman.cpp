#include "encoding/column/huffman.h"

#include <algorithm>
#include <cmath>

#include "encoding/column/bits.h"
#include "encoding/column/token_layout.h"
#include "encoding/pack.h"
#include "model/varint.h"

namespace oreum::encoding::column {

namespace {

/// n · log2 n for what a chunk can have.
struct LogTable {
  std::array<float, kMaxPackChunkSamples + 1> of{};
  LogTable() {
    for (size_t i = 1; i < of.size(); ++i) {
      of[i] = static_cast<float>(static_cast<double>(i) * std::log2(static_cast<double>(i)));
    }
  }
};

const float* n_log_n() {
  static const LogTable kTable;
  return kTable.of.data();
}

/// About what a symbol costs in the table of code lengths.
constexpr float kTableBits = 4.5F;

/// The finest buckets folded to `mantissa` bits: calls `use(bucket, count)` for each bucket in use, rising.
template <typename Use>
void fold(const Histogram& histogram, unsigned mantissa, Use use) {
  unsigned open = 0;
  uint32_t sum = 0;
  for (unsigned fine = histogram.first(); fine <= histogram.last(); ++fine) {
    const uint32_t n = histogram.at(fine);
    if (n == 0) continue;
    const unsigned bucket = mantissa == kMaxMantissa ? fine : bucket_of(bucket_base(fine, kMaxMantissa), mantissa);
    if (bucket != open && sum > 0) {
      use(open, sum);
      sum = 0;
    }
    open = bucket;
    sum += n;
  }
  if (sum > 0) use(open, sum);
}

/// Bits that an ideal code over the buckets would need, its table included.
double ideal_bits(const Histogram& histogram, unsigned mantissa) {
  const float* const log = n_log_n();
  float bits = log[histogram.total()];
  fold(histogram, mantissa, [&](unsigned bucket, uint32_t n) {
    bits += static_cast<float>(n * bucket_extra(bucket, mantissa)) - log[n] + kTableBits;
  });
  return static_cast<double>(bits);
}

/// Depths of a Huffman tree over counts that rise, by two queues: leaves, and nodes in the order in which they are
/// made.
void huffman_depths(const std::vector<std::pair<uint32_t, uint32_t>>& leaves, std::vector<uint8_t>& depth) {
  const size_t n = leaves.size();
  std::vector<uint64_t> weight(2 * n - 1);
  std::vector<uint32_t> parent(2 * n - 1);
  for (size_t i = 0; i < n; ++i) weight[i] = leaves[i].first;
  size_t leaf = 0;
  size_t node = n;
  for (size_t made = n; made < 2 * n - 1; ++made) {
    for (int side = 0; side < 2; ++side) {
      const size_t least = leaf < n && (node >= made || weight[leaf] <= weight[node]) ? leaf++ : node++;
      weight[made] += weight[least];
      parent[least] = static_cast<uint32_t>(made);
    }
  }
  std::vector<uint8_t> levels(2 * n - 1);
  for (size_t i = 2 * n - 2; i-- > 0;) levels[i] = static_cast<uint8_t>(levels[parent[i]] + 1);
  depth.assign(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(n));
}

}  // namespace

void Histogram::count(std::span<const uint64_t> values) {
  if (total_ > 0) std::fill(counts_.begin() + first_, counts_.begin() + last_ + 1, 0U);
  uint64_t least = UINT64_MAX;
  uint64_t most = 0;
  for (const uint64_t v : values) {
    ++counts_[bucket_of(v, kMaxMantissa)];
    least = std::min(least, v);
    most = std::max(most, v);
  }
  total_ = static_cast<uint32_t>(values.size());
  first_ = values.empty() ? 0 : bucket_of(least, kMaxMantissa);
  last_ = values.empty() ? 0 : bucket_of(most, kMaxMantissa);
}

double token_bits(std::span<const uint64_t> values) {
  constexpr unsigned kMantissa = 1;
  std::array<uint32_t, (64 - kMantissa + 1) << kMantissa> counts{};
  unsigned last = 0;
  for (const uint64_t v : values) {
    const unsigned bucket = bucket_of(v, kMantissa);
    ++counts[bucket];
    last = std::max(last, bucket);
  }
  const float* const log = n_log_n();
  float bits = log[values.size()];
  for (unsigned bucket = 0; bucket <= last; ++bucket) {
    if (const uint32_t n = counts[bucket]; n > 0) {
      bits += static_cast<float>(n * bucket_extra(bucket, kMantissa)) - log[n] + kTableBits;
    }
  }
  return static_cast<double>(bits);
}

void TokenEncoder::plan(const Histogram& histogram) {
  double least = 0;
  for (unsigned m = 0; m <= kMaxMantissa; ++m) {
    const double bits = ideal_bits(histogram, m);
    if (m > 0 && bits >= least) continue;
    least = bits;
    mantissa_ = m;
  }
  first_ = bucket_of(bucket_base(histogram.first(), kMaxMantissa), mantissa_);
  const unsigned last = bucket_of(bucket_base(histogram.last(), kMaxMantissa), mantissa_);
  counts_.assign(last - first_ + 1, 0);
  fold(histogram, mantissa_, [&](unsigned bucket, uint32_t n) { counts_[bucket - first_] = n; });
  choose_lengths(histogram.total() < 1024 ? 9 : histogram.total() < 4096 ? 10 : kMaxCodeBits);

  uint64_t bits = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    bits += uint64_t{counts_[i]} * (lengths_[i] + bucket_extra(first_ + static_cast<unsigned>(i), mantissa_));
  }
  scratch_.clear();
  write_table(scratch_);
  bytes_ = scratch_.size() + (bits + 7) / 8 + (bits > 0 && histogram.total() >= kLaneTokens ? 7 : 0);
}

/// Lengths of an optimal code; counts are flattened until the longest is short enough, which keeps the code complete.
void TokenEncoder::choose_lengths(unsigned limit) {
  lengths_.assign(counts_.size(), 0);
  codes_.assign(counts_.size(), 0);
  std::vector<std::pair<uint32_t, uint32_t>> leaves;  // count, symbol
  for (uint32_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > 0) leaves.emplace_back(counts_[i], i);
  }
  code_bits_ = 0;
  if (leaves.size() == 1) return;
  limit = std::max(limit, bit_length(leaves.size()));
  std::ranges::sort(leaves);
  std::vector<uint8_t> depth;
  for (;;) {
    huffman_depths(leaves, depth);
    code_bits_ = *std::ranges::max_element(depth);
    if (code_bits_ <= limit) break;
    for (auto& leaf : leaves) leaf.first = (leaf.first + 1) / 2 + 1;
  }
  for (size_t i = 0; i < leaves.size(); ++i) lengths_[leaves[i].second] = depth[i];
  std::array<uint32_t, kMaxCodeBits + 2> next{};  // canonical: by length, then by symbol
  for (const auto length : depth) ++next[length + 1U];
  for (unsigned length = 1; length <= code_bits_; ++length) next[length] = (next[length - 1] + next[length]) << 1U;
  for (size_t i = 0; i < lengths_.size(); ++i) {
    if (lengths_[i] > 0) codes_[i] = next[lengths_[i]]++;
  }
}

void TokenEncoder::write_table(std::string& out) const {
  out += static_cast<char>(mantissa_ | code_bits_ << 4);
  model::append_varint(out, first_);
  if (code_bits_ == 0) return;
  model::append_varint(out, lengths_.size());
  BitWriter bits(out);
  for (size_t i = 0; i < lengths_.size();) {
    bits.put(lengths_[i], 4);
    if (lengths_[i++] > 0) continue;
    unsigned run = 0;  // of more symbols that do not occur
    for (; run < 15 && i < lengths_.size() && lengths_[i] == 0; ++i) ++run;
    bits.put(run, 4);
  }
  bits.flush();
}

/// Writes every `stride`-th of the values, from `first_value` on.
void TokenEncoder::write_tokens(std::span<const uint64_t> values, size_t first_value, size_t stride,
                                std::string& out) const {
  BitWriter bits(out);
  for (size_t i = first_value; i < values.size(); i += stride) {
    const uint64_t v = values[i];
    const unsigned symbol = bucket_of(v, mantissa_);
    const unsigned extra = bucket_extra(symbol, mantissa_);
    const uint64_t low = v & ((1ULL << extra) - 1);
    const unsigned length = lengths_[symbol - first_];
    if (extra <= 48) {
      bits.put(uint64_t{codes_[symbol - first_]} << extra | low, length + extra);
    } else {
      bits.put(codes_[symbol - first_], length);
      bits.put(low, extra);
    }
  }
  bits.flush();
}

void TokenEncoder::encode(std::span<const uint64_t> values, std::string& out) {
  write_table(out);
  if (code_bits_ == 0 && bucket_extra(first_, mantissa_) == 0) return;
  if (values.size() < kLaneTokens) return write_tokens(values, 0, 1, out);
  scratch_.clear();
  for (size_t lane = 0; lane < 4; ++lane) {
    const size_t before = scratch_.size();
    write_tokens(values, lane, 4, scratch_);
    if (lane < 3) model::append_varint(out, scratch_.size() - before);
  }
  out += scratch_;
}

}  // namespace oreum::encoding::column
