#include "collect/batcher.h"

#include <algorithm>

namespace oreum::collect {

const model::Batch& Batcher::build(std::span<const std::shared_ptr<const Reading>> fresh) {
  batch_.clear();
  gone_.clear();
  for (const std::shared_ptr<const Reading>& reading : fresh) {
    const Shape& shape = *reading->shape;
    for (size_t i = 0; i < reading->values.size(); ++i) batch_.add(shape[i].stored, reading->t, reading->values[i]);
    std::shared_ptr<const Shape>& last = last_[reading->collector];
    if (last == reading->shape) continue;
    if (last) {
      add_stale(*last, shape, reading->t);
      gone_.push_back(std::move(last));
    }
    last = reading->shape;
  }
  return batch_;
}

void Batcher::add_stale(const Shape& before, const Shape& now, TimestampMs t) {
  ids_.clear();
  for (const Entry& entry : now) ids_.push_back(entry.stored.id);
  std::sort(ids_.begin(), ids_.end());
  for (const Entry& entry : before) {
    if (!std::binary_search(ids_.begin(), ids_.end(), entry.stored.id)) {
      batch_.add(entry.stored, t, model::stale_marker());
    }
  }
}

}  // namespace oreum::collect
