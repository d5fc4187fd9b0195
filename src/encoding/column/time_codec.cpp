#include "encoding/column/time_codec.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "encoding/pack.h"
#include "model/varint.h"

namespace oreum::encoding::column {

namespace {

uint64_t u(int64_t v) { return static_cast<uint64_t>(v); }

/// Whether all steps from t_min to t_max may be equal; writes those times.
bool regular_times(size_t n, int64_t t_min, int64_t t_max, int64_t* t) {
  const uint64_t length = u(t_max) - u(t_min);
  const uint64_t step = n < 2 ? 0 : length / (n - 1);
  if (n < 2 ? length != 0 : step == 0 || step * (n - 1) != length) return false;
  for (uint64_t i = 0, at = u(t_min); i < n; ++i, at += step) t[i] = static_cast<int64_t>(at);
  return true;
}

bool rises(const int64_t* t, size_t n) {
  bool good = true;
  for (size_t i = 1; i < n; ++i) good &= t[i - 1] < t[i];
  return good;
}

}  // namespace

void TimeEncoder::encode(std::span<const int64_t> t, std::string& out) {
  const size_t n = t.size();
  rest_.resize(n);
  if (regular_times(n, t.front(), t.back(), rest_.data()) && std::ranges::equal(rest_, t)) return;
  // Where samples are missing the most usual step is better than the mean.
  steps_.resize(n - 1);
  for (size_t i = 1; i < n; ++i) steps_[i - 1] = u(t[i]) - u(t[i - 1]);
  const auto middle = steps_.begin() + static_cast<std::ptrdiff_t>(steps_.size() / 2);
  std::ranges::nth_element(steps_, middle);
  const uint64_t step = *middle;
  for (size_t i = 0; i < n; ++i) rest_[i] = static_cast<int64_t>(u(t[i]) - u(t[0]) - i * step);
  integers_.plan(rest_, false);
  model::append_varint(out, step);
  integers_.write_head(false, out);
  integers_.write_body(out);
}

bool decode_times(std::string_view bytes, size_t n, int64_t t_min, int64_t t_max, int64_t* t) {
  if (n == 0 || n > kMaxPackChunkSamples) return false;
  if (bytes.empty()) return regular_times(n, t_min, t_max, t);
  uint64_t step = 0;
  IntegerHead head;
  bool flag = false;
  if (!model::read_varint(bytes, step) || !read_integer_head(bytes, head, flag) || flag) return false;
  std::array<uint64_t, kMaxPackChunkSamples> k;
  if (!decode_integers(bytes, head, n, n, k.data()) || !bytes.empty()) return false;
  uint64_t line = u(t_min);
  for (size_t i = 0; i < n; ++i, line += step) t[i] = static_cast<int64_t>(line + k[i]);
  return t[0] == t_min && t[n - 1] == t_max && rises(t, n);
}

}  // namespace oreum::encoding::column
