#include "storage/columns.h"

#include <algorithm>

namespace oreum::storage {

void append(Columns& out, std::span<const int64_t> t, std::span<const double> v) {
  const size_t size = out.t.size();
  out.t.resize(size + t.size());
  out.v.resize(size + v.size());
  std::copy(t.begin(), t.end(), out.t.data() + size);
  std::copy(v.begin(), v.end(), out.v.data() + size);
}

void merge_into(Columns& out, const Columns& more) {
  if (more.t.empty()) return;
  if (out.t.empty() || out.t.back() < more.t.front()) {
    append(out, more.t, more.v);
    return;
  }
  Columns merged;
  merged.t.reserve(out.t.size() + more.t.size());
  merged.v.reserve(out.t.size() + more.t.size());
  size_t a = 0;
  size_t b = 0;
  while (a < out.t.size() || b < more.t.size()) {
    const bool first = b == more.t.size() || (a < out.t.size() && out.t[a] <= more.t[b]);
    if (first && b < more.t.size() && out.t[a] == more.t[b]) ++b;
    merged.t.push_back(first ? out.t[a] : more.t[b]);
    merged.v.push_back(first ? out.v[a++] : more.v[b++]);
  }
  out = std::move(merged);
}

void clip(Columns& columns, TimestampMs t_min, TimestampMs t_max) {
  const auto begin = columns.t.begin();
  const auto first = std::lower_bound(begin, columns.t.end(), t_min.ms) - begin;
  const auto last = std::max(first, std::upper_bound(begin, columns.t.end(), t_max.ms) - begin);
  columns.t.erase(columns.t.begin() + last, columns.t.end());
  columns.v.erase(columns.v.begin() + last, columns.v.end());
  columns.t.erase(columns.t.begin(), columns.t.begin() + first);
  columns.v.erase(columns.v.begin(), columns.v.begin() + first);
}

}  // namespace oreum::storage
