#include "collect/sink.h"

#include "collect/utf8.h"

namespace oreum::collect {

namespace {

using EmittedLabels = std::vector<std::pair<std::string, std::string>>;

EmittedLabels copy_of(std::span<const model::Label> labels) {
  EmittedLabels out;
  out.reserve(labels.size());
  for (const model::Label& label : labels) out.emplace_back(label.name, label.value);
  return out;
}

Entry make_entry(const model::MetricDesc& desc, std::span<const model::Label> labels, const EmittedLabels& common) {
  std::vector<std::string> clean;  // owns values that had to be repaired
  clean.reserve(labels.size());
  std::vector<model::Label> all;
  for (const model::Label& label : labels) {
    if (model::is_valid_utf8(label.value)) {
      all.push_back(label);
    } else {
      all.push_back({label.name, clean.emplace_back(replace_invalid_utf8(label.value))});
    }
  }
  Entry entry;
  entry.desc = desc;
  entry.labels = model::Labels::of(all);
  all.push_back({model::kMetricName, desc.name});
  // A label of the collector's own beats the common one.
  for (const auto& [name, value] : common) {
    if (entry.labels.get(name).empty()) all.push_back({name, value});
  }
  entry.stored = model::Series(model::Labels::of(all));
  return entry;
}

}  // namespace

Sink::Sink(EmittedLabels common) : common_(std::move(common)), shape_(std::make_shared<Shape>()) {}

Sink::~Sink() = default;

void Sink::begin() {
  values_.clear();
  next_.reset();
  next_emitted_.clear();
  seen_.clear();
  duplicates_ = 0;
}

bool Sink::same_as_last(size_t at, const model::MetricDesc& desc, std::span<const model::Label> labels) const {
  if (at >= shape_->size()) return false;
  const EmittedLabels& last = emitted_[at];
  if ((*shape_)[at].desc.name != desc.name || last.size() != labels.size()) return false;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (last[i].second != labels[i].value || last[i].first != labels[i].name) return false;
  }
  return true;
}

void Sink::diverge(size_t at) {
  next_ = std::make_unique<Shape>(shape_->begin(), shape_->begin() + static_cast<std::ptrdiff_t>(at));
  next_emitted_.assign(emitted_.begin(), emitted_.begin() + static_cast<std::ptrdiff_t>(at));
  for (const Entry& entry : *next_) seen_.insert(entry.stored.id);
}

void Sink::emit(const model::MetricDesc& desc, std::span<const model::Label> labels, double value) {
  const size_t at = values_.size();
  if (!next_) {
    if (same_as_last(at, desc, labels)) [[likely]] {
      values_.push_back(value);
      return;
    }
    diverge(at);
  }
  Entry entry = make_entry(desc, labels, common_);
  if (!seen_.insert(entry.stored.id).second) {
    ++duplicates_;
    return;
  }
  next_->push_back(std::move(entry));
  next_emitted_.push_back(copy_of(labels));
  values_.push_back(value);
}

void Sink::end() {
  if (!next_ && values_.size() < shape_->size()) diverge(values_.size());
  if (!next_) return;
  shape_ = std::move(next_);
  emitted_ = std::move(next_emitted_);
  seen_.clear();
}

}  // namespace oreum::collect
