#include "storage/memory_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "storage/columns.h"
#include "storage/match.h"

namespace oreum::storage {

class MemoryStore::Set final : public SeriesSet {
 public:
  Set(std::vector<const Entry*> entries, TimestampMs t_min, TimestampMs t_max)
      : entries_(std::move(entries)), t_min_(t_min), t_max_(t_max) {}

  bool next() override { return ++at_ <= entries_.size(); }
  const model::Series& series() const override { return entries_[at_ - 1]->series; }
  Status read(Columns& out) override {
    const Columns& all = entries_[at_ - 1]->samples;
    const auto first = std::lower_bound(all.t.begin(), all.t.end(), t_min_.ms) - all.t.begin();
    const auto last = std::max(first, std::upper_bound(all.t.begin(), all.t.end(), t_max_.ms) - all.t.begin());
    out.t.assign(all.t.begin() + first, all.t.begin() + last);
    out.v.assign(all.v.begin() + first, all.v.begin() + last);
    return {};
  }

 private:
  std::vector<const Entry*> entries_;
  TimestampMs t_min_;
  TimestampMs t_max_;
  size_t at_ = 0;
};

class MemoryStore::View final : public Querier {
 public:
  View(const MemoryStore& store, TimestampMs t_min, TimestampMs t_max) : store_(store), t_min_(t_min), t_max_(t_max) {}

  bool only_at_hand() override { return at_hand_ = true; }

  Result<std::unique_ptr<SeriesSet>> select(std::span<const model::Matcher> matchers) override {
    TRY_ASSIGN(std::vector<const Entry*> found, matching(matchers));
    if (at_hand_ && found.size() > kSeriesAtHand) return Error(Code::kUnavailable, "more than a few series");
    return std::make_unique<Set>(std::move(found), t_min_, t_max_);
  }

  Result<std::vector<std::string>> label_names(std::span<const model::Matcher> matchers) override {
    TRY_ASSIGN(const std::vector<const Entry*> found, matching(matchers));
    std::set<std::string> names;
    for (const Entry* entry : found) {
      for (const model::Label& label : entry->series.labels) names.emplace(label.name);
    }
    return std::vector<std::string>(names.begin(), names.end());
  }

  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const model::Matcher> matchers) override {
    TRY_ASSIGN(const std::vector<const Entry*> found, matching(matchers));
    std::set<std::string> values;
    for (const Entry* entry : found) values.emplace(entry->series.labels.get(name));
    values.erase("");
    return std::vector<std::string>(values.begin(), values.end());
  }

 private:
  Result<std::vector<const Entry*>> matching(std::span<const model::Matcher> matchers) const {
    TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
    std::vector<const Entry*> found;
    for (const auto& [labels, entry] : store_.entries_) {
      if (compiled.matches(labels)) found.push_back(&entry);
    }
    return found;
  }

  const MemoryStore& store_;
  TimestampMs t_min_;
  TimestampMs t_max_;
  bool at_hand_ = false;
};

void MemoryStore::add(const model::Labels& labels, int64_t ms, double v) {
  const auto [it, fresh] = entries_.try_emplace(labels);
  if (fresh) it->second.series = model::Series(labels);
  Columns& to = it->second.samples;
  const auto at = std::lower_bound(to.t.begin(), to.t.end(), ms);
  const auto value_at = to.v.begin() + (at - to.t.begin());
  if (at != to.t.end() && *at == ms) {
    *value_at = v;
    return;
  }
  to.v.insert(value_at, v);
  to.t.insert(at, ms);
}

Result<std::unique_ptr<Querier>> MemoryStore::querier(TimestampMs t_min, TimestampMs t_max) const {
  return std::make_unique<View>(*this, t_min, t_max);
}

}  // namespace oreum::storage
