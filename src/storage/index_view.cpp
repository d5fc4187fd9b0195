#include "storage/index_view.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "storage/head.h"
#include "storage/index_order.h"
#include "storage/index_select.h"

namespace oreum::storage {

namespace {

// With fewer series than these their labels are read; with more, each value's list is looked at.
constexpr size_t kFewSeries = 1024;

bool lives(const IndexValue& value) { return value.live.load(std::memory_order_relaxed) > 0; }
bool lives(const IndexName& name) { return name.live.load(std::memory_order_relaxed) > 0; }

std::vector<std::string> sorted_texts(std::vector<std::string_view> texts) {
  std::sort(texts.begin(), texts.end());
  return {texts.begin(), texts.end()};
}

/// Keeps the first `limit`, biggest first, equal ones by name.
template <typename T>
class Top {
 public:
  explicit Top(size_t limit) : limit_(limit) {}
  /// Whether it is worth making an entry of.
  bool takes(uint64_t count) const { return limit_ > 0 && (all_.size() < limit_ || count >= all_.front().count); }
  void add(T entry) {
    all_.push_back(std::move(entry));
    std::push_heap(all_.begin(), all_.end(), before);
    if (all_.size() <= limit_) return;
    std::pop_heap(all_.begin(), all_.end(), before);
    all_.pop_back();
  }
  std::vector<T> take() {
    std::sort(all_.begin(), all_.end(), before);
    return std::move(all_);
  }

 private:
  static bool before(const T& a, const T& b) {
    if (a.count != b.count) return a.count > b.count;
    if constexpr (requires { a.value; }) return std::tie(a.name, a.value) < std::tie(b.name, b.value);
    return a.name < b.name;
  }
  size_t limit_;
  std::vector<T> all_;  // a heap, the least on top
};

}  // namespace

std::vector<uint32_t> IndexView::found(const CompiledMatchers& matchers) const {
  std::vector<uint32_t> ordinals = select_ordinals(*index_, limit_, matchers);
  std::erase_if(ordinals, [&](uint32_t ordinal) { return index_->series(ordinal) == nullptr; });
  return ordinals;
}

std::vector<HeadSeries*> IndexView::select(const CompiledMatchers& matchers) const {
  std::vector<HeadSeries*> series;
  for (const uint32_t ordinal : select_ordinals(*index_, limit_, matchers)) {
    if (HeadSeries* one = index_->series(ordinal)) series.push_back(one);
  }
  sort_by_labels(series);
  return series;
}

std::vector<std::string> IndexView::label_names(const CompiledMatchers& matchers) const {
  std::vector<std::string_view> names;
  if (matchers.all().empty()) {
    index_->names().for_each([&](const IndexName& name) {
      if (lives(name)) names.push_back(name.text());
    });
    return sorted_texts(std::move(names));
  }
  const std::vector<uint32_t> ordinals = found(matchers);
  if (ordinals.size() <= kFewSeries) {
    std::set<std::string_view> distinct;
    for (const uint32_t ordinal : ordinals) {
      const HeadSeries* series = index_->series(ordinal);
      if (series == nullptr) continue;
      for (const model::Label& label : series->series->labels) distinct.insert(label.name);
    }
    return {distinct.begin(), distinct.end()};
  }
  OrdinalSet set(limit_);
  for (const uint32_t ordinal : ordinals) set.add(ordinal);
  index_->names().for_each([&](const IndexName& name) {
    bool met = false;
    name.values.for_each_while([&](const IndexValue& value) { return !(met = set.meets(value.postings.view())); });
    if (met) names.push_back(name.text());
  });
  return sorted_texts(std::move(names));
}

std::vector<std::string> IndexView::label_values(std::string_view name, const CompiledMatchers& matchers) const {
  const IndexName* label = index_->name(name);
  if (label == nullptr) return {};
  std::vector<std::string_view> values;
  // Asked about nothing but the label itself, a value answers for its series.
  const bool by_value = std::all_of(matchers.all().begin(), matchers.all().end(),
                                    [&](const CompiledMatcher& matcher) { return matcher.name() == name; });
  if (by_value) {
    label->values.for_each([&](const IndexValue& value) {
      const auto passes = [&](const CompiledMatcher& matcher) { return matcher.matches(value.text()); };
      if (lives(value) && std::all_of(matchers.all().begin(), matchers.all().end(), passes)) {
        values.push_back(value.text());
      }
    });
    return sorted_texts(std::move(values));
  }
  const std::vector<uint32_t> ordinals = found(matchers);
  if (ordinals.size() <= kFewSeries) {
    std::set<std::string_view> distinct;
    for (const uint32_t ordinal : ordinals) {
      const HeadSeries* series = index_->series(ordinal);
      if (series == nullptr) continue;
      if (const std::string_view value = series->series->labels.get(name); !value.empty()) distinct.insert(value);
    }
    return {distinct.begin(), distinct.end()};
  }
  OrdinalSet set(limit_);
  for (const uint32_t ordinal : ordinals) set.add(ordinal);
  label->values.for_each([&](const IndexValue& value) {
    if (set.meets(value.postings.view())) values.push_back(value.text());
  });
  return sorted_texts(std::move(values));
}

Cardinality IndexView::cardinality(size_t limit) const {
  Cardinality all;
  for (uint32_t i = 0; i < limit_; ++i) all.series += index_->series(i) != nullptr ? 1 : 0;
  Top<Cardinality::Count> metrics(limit);
  Top<Cardinality::Count> labels(limit);
  Top<Cardinality::Count> labels_by_bytes(limit);
  Top<Cardinality::PairCount> pairs(limit);
  index_->names().for_each([&](const IndexName& name) {
    uint64_t values = 0;
    uint64_t bytes = 0;
    name.values.for_each([&](const IndexValue& value) {
      const uint64_t series = value.live.load(std::memory_order_relaxed);
      if (series == 0) return;
      ++values;
      bytes += series * (name.text().size() + value.text().size());
      if (name.text() == model::kMetricName && metrics.takes(series)) {
        metrics.add({std::string(value.text()), series});
      }
      if (pairs.takes(series)) pairs.add({std::string(name.text()), std::string(value.text()), series});
    });
    if (values == 0) return;
    ++all.label_names;
    all.label_pairs += values;
    if (labels.takes(values)) labels.add({std::string(name.text()), values});
    if (labels_by_bytes.takes(bytes)) labels_by_bytes.add({std::string(name.text()), bytes});
  });
  all.metrics = metrics.take();
  all.labels = labels.take();
  all.pairs = pairs.take();
  all.labels_by_bytes = labels_by_bytes.take();
  return all;
}

}  // namespace oreum::storage
