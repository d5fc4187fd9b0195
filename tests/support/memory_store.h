// storage::MemoryStore, with what makes it short to fill in a test.
#pragma once

#include <initializer_list>

#include "storage/memory_store.h"

namespace oreum::storage::test {

class MemoryStore final : public storage::MemoryStore {
 public:
  using storage::MemoryStore::add;
  void add(std::initializer_list<model::Label> labels, int64_t ms, double v) { add(model::Labels::of(labels), ms, v); }
  /// The i-th value at start + i × step.
  void add(std::initializer_list<model::Label> labels, int64_t start, int64_t step,
           std::initializer_list<double> values) {
    for (const double v : values) {
      add(labels, start, v);
      start += step;
    }
  }
};

}  // namespace oreum::storage::test
