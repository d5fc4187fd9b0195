// Any text as a query, over a few odd series in memory, is an answer or an error within limits: the first byte says
// whether it is asked of an instant or of a range.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promql/eval/engine.h"
#include "storage/memory_store.h"

namespace {

using namespace oreum;

constexpr int64_t kStep = 30'000;

storage::MemoryStore make_store() {
  constexpr std::array<double, 8> kValues = {1, -2.5, 0, NAN, HUGE_VAL, 1e308, 7, -0.0};
  storage::MemoryStore store;
  for (const std::string_view name : {"a", "b", "a_bucket"}) {
    for (const std::string_view x : {"1", "2", "+Inf"}) {
      const auto labels = model::Labels::of({{"__name__", name}, {"x", x}, {"le", x}});
      for (size_t i = 0; i < 30; ++i) {
        const bool gone = i % 11 == name.size() % 11;
        const double v = gone ? model::stale_marker() : kValues[(i * x[0] + name.size()) % kValues.size()];
        store.add(labels, static_cast<int64_t>(i) * kStep, v);
      }
    }
  }
  return store;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const storage::MemoryStore store = make_store();
  static promql::Engine engine(store, {.limits = {.samples = 100'000, .series = 100, .points = 100'000}});
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto query = engine.prepare(text);
  if (!query) return 0;
  const promql::QueryOptions options{.deadline = Deadline::in(milliseconds(2'000))};
  if ((data[0] & 1) != 0) {
    (void)engine.instant(**query, {20 * kStep}, options);
  } else {
    (void)engine.range(**query, {5 * kStep}, {25 * kStep}, milliseconds(kStep), options);
  }
  return 0;
}
