// Comparing two label sets follows four pointers and decodes both. Done n log n times that is most of what a large
// select costs, so each set is written out once as a key that compares as plain bytes, and keys are sorted eight bytes
// at a time: the eight lie beside the pointer, and what a group of keys has in common is skipped.
#include "storage/index_order.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "storage/head.h"

namespace oreum::storage {

namespace {

// Below this a comparison of what is left of the keys is as fast.
constexpr size_t kSmallGroup = 24;

struct Entry {
  uint64_t next = 0;  // eight bytes of the key from some offset on, big-endian
  const char* key = nullptr;
  size_t size = 0;
  HeadSeries* series = nullptr;

  std::string_view from(size_t offset) const {
    return offset < size ? std::string_view(key + offset, size - offset) : std::string_view();
  }
};

// A field ends in 0 1, and a 0 within it becomes 0 255: so an end sorts before any byte that goes on.
void append_field(std::string& out, std::string_view field) {
  for (;;) {
    const size_t zero = field.find('\0');
    out += field.substr(0, zero);
    if (zero == std::string_view::npos) break;
    out.append("\0\xff", 2);
    field.remove_prefix(zero + 1);
  }
  out.append("\0\1", 2);
}

void load(Entry& entry, size_t offset) {
  const std::string_view rest = entry.from(offset);
  uint64_t bytes = 0;
  if (!rest.empty()) std::memcpy(&bytes, rest.data(), std::min<size_t>(8, rest.size()));
  if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
  entry.next = bytes;
}

size_t common_prefix(std::span<const Entry> group, size_t offset) {
  std::string_view common = group.front().from(offset);
  for (const Entry& entry : group.subspan(1)) {
    const std::string_view other = entry.from(offset);
    const auto [a, b] = std::mismatch(common.begin(), common.end(), other.begin(), other.end());
    common = common.substr(0, static_cast<size_t>(a - common.begin()));
    if (common.empty()) return 0;
  }
  return common.size();
}

struct Group {
  std::span<Entry> entries;
  size_t offset;  // up to here their keys are equal
};

void sort_keys(std::span<Entry> all) {
  std::vector<Group> todo{{all, 0}};
  while (!todo.empty()) {
    auto [group, offset] = todo.back();
    todo.pop_back();
    if (group.size() < kSmallGroup) {
      std::sort(group.begin(), group.end(),
                [at = offset](const Entry& a, const Entry& b) { return a.from(at) < b.from(at); });
      continue;
    }
    offset += common_prefix(group, offset);
    for (Entry& entry : group) load(entry, offset);
    std::sort(group.begin(), group.end(), [](const Entry& a, const Entry& b) { return a.next < b.next; });
    for (size_t from = 0; from < group.size();) {
      size_t to = from + 1;
      while (to < group.size() && group[to].next == group[from].next) ++to;
      if (to - from > 1) todo.push_back({group.subspan(from, to - from), offset + 8});
      from = to;
    }
  }
}

}  // namespace

void sort_by_labels(std::vector<HeadSeries*>& series) {
  if (series.size() < 2) return;
  std::string keys;
  std::vector<Entry> entries(series.size());
  for (size_t i = 0; i < series.size(); ++i) {
    const size_t start = keys.size();
    for (const model::Label& label : series[i]->series->labels) {
      append_field(keys, label.name);
      append_field(keys, label.value);
    }
    entries[i].size = keys.size() - start;
    entries[i].series = series[i];
  }
  const char* key = keys.data();
  for (Entry& entry : entries) {
    entry.key = key;
    key += entry.size;
  }
  sort_keys(entries);
  for (size_t i = 0; i < series.size(); ++i) series[i] = entries[i].series;
}

}  // namespace oreum::storage
