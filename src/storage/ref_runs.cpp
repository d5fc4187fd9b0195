#include "storage/ref_runs.h"

#include <algorithm>

#include "base/check.h"
#include "model/varint.h"

namespace oreum::storage {

using model::append_varint;
using model::read_varint;

namespace {
constexpr uint64_t kMostRefs = UINT32_MAX;
constexpr uint64_t kLastRef = uint64_t{1} << 62;
}  // namespace

uint32_t RefRuns::add(int64_t ref) {
  const uint32_t ordinal = size();
  if (!runs_.empty() && ref == runs_.back().last() + 1) {
    ++runs_.back().size;
    return ordinal;
  }
  OREUM_CHECK(runs_.empty() || ref > runs_.back().last(), "refs rise");
  runs_.push_back({ref, 1, ordinal});
  return ordinal;
}

std::optional<uint32_t> RefRuns::ordinal(int64_t ref) const {
  auto it = std::upper_bound(runs_.begin(), runs_.end(), ref, [](int64_t r, const Run& run) { return r < run.first; });
  if (it == runs_.begin()) return std::nullopt;
  --it;
  if (ref > it->last()) return std::nullopt;
  return it->ordinal + static_cast<uint32_t>(ref - it->first);
}

int64_t RefRuns::ref(uint32_t ordinal) const {
  auto it = std::upper_bound(runs_.begin(), runs_.end(), ordinal,
                             [](uint32_t wanted, const Run& run) { return wanted < run.ordinal; });
  --it;
  return it->first + (ordinal - it->ordinal);
}

std::string RefRuns::encode() const {
  std::string out;
  int64_t next = 0;  // the least ref that the run may begin with
  for (const Run& run : runs_) {
    append_varint(out, static_cast<uint64_t>(run.first - next));
    append_varint(out, run.size - 1);
    next = run.last() + 2;
  }
  return out;
}

Result<RefRuns> RefRuns::decode(std::string_view bytes) {
  const Error damaged(Code::kDataLoss, "the list of a pack's series is damaged");
  RefRuns out;
  uint64_t next = 0;
  uint64_t ordinal = 0;
  while (!bytes.empty()) {
    uint64_t gap = 0;
    uint64_t more = 0;
    if (!read_varint(bytes, gap) || !read_varint(bytes, more)) return damaged;
    if (gap > kLastRef || more >= kMostRefs || ordinal + more >= kMostRefs || next + gap + more > kLastRef)
      return damaged;
    out.runs_.push_back(
        {static_cast<int64_t>(next + gap), static_cast<uint32_t>(more + 1), static_cast<uint32_t>(ordinal)});
    ordinal += more + 1;
    next += gap + more + 2;
  }
  if (out.empty()) return damaged;
  return out;
}

}  // namespace oreum::storage
