#include "storage/index_select.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <unordered_map>

#include "storage/head.h"

namespace oreum::storage {

void OrdinalSet::add(const Postings::View& postings) {
  for (const uint32_t ordinal : postings) {
    if (ordinal >= limit_) return;
    add(ordinal);
  }
}

bool OrdinalSet::meets(const Postings::View& postings) const {
  return std::any_of(postings.begin(), postings.end(), [&](uint32_t ordinal) { return has(ordinal); });
}

std::vector<uint32_t> OrdinalSet::sorted() const {
  std::vector<uint32_t> all;
  for (size_t at = 0; at < words_.size(); ++at) {
    for (uint64_t left = words_[at]; left != 0; left &= left - 1) {
      all.push_back(static_cast<uint32_t>(64 * at) + static_cast<uint32_t>(std::countr_zero(left)));
    }
  }
  return all;
}

namespace {

using Lists = std::vector<Postings::View>;

// What things cost, in about nanoseconds: only their proportions matter, to choose between two ways to the same answer.
constexpr uint64_t kLabelCost = 200;  // finding a label of a series, in memory not lately touched
constexpr uint64_t kRegexCost = 150;  // a value against a regular expression
constexpr uint64_t kValueCost = 20;   // a value against anything else
constexpr uint64_t kPostingCost = 2;  // an ordinal into a set
constexpr uint32_t kGallop = 16;      // lists that differ more in length are searched, not walked

/// One matcher and how the index answers it. A matcher that a series without the label does not meet keeps the series
/// of some lists; one that such a series meets drops those of some lists.
struct Step {
  const CompiledMatcher* matcher;
  const IndexName* name;
  bool keeps;
  bool direct;     // `lists` is filled from the matcher's literals
  Lists lists;     // of the values that keep, or drop
  uint64_t total;  // ordinals in them, at most

  /// Of finding and reading the lists.
  uint64_t cost() const {
    const uint64_t values = direct ? 0 : name->values.size();
    return values * (matcher->dear() ? kRegexCost : kValueCost) + total * kPostingCost;
  }
  /// Whether a value's list belongs to `lists`.
  bool takes(std::string_view value) const { return matcher->matches(value) == keeps; }
};

uint64_t total_of(const Lists& lists) {
  uint64_t total = 0;
  for (const Postings::View& list : lists) total += list.size();
  return total;
}

class Selection {
 public:
  Selection(const LabelIndex& index, uint32_t limit) : index_(index), limit_(limit) {}

  std::vector<uint32_t> run(const CompiledMatchers& matchers) {
    for (const CompiledMatcher& matcher : matchers.all()) {
      if (!plan(matcher)) return {};
    }
    // The cheapest to begin with, so that the others have little left to do.
    std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
      return std::tuple(!a.keeps, a.cost()) < std::tuple(!b.keeps, b.cost());
    });
    size_t next = 0;
    if (!steps_.empty() && steps_.front().keeps) {
      fill(steps_.front());
      found_ = merged(steps_.front().lists);
      next = 1;
    } else {
      found_.resize(limit_);
      for (uint32_t i = 0; i < limit_; ++i) found_[i] = i;
    }
    for (; next < steps_.size() && !found_.empty(); ++next) apply(steps_[next]);
    return std::move(found_);
  }

 private:
  /// False when nothing can match.
  bool plan(const CompiledMatcher& matcher) {
    const bool keeps = !matcher.matches_empty();
    const IndexName* name = index_.name(matcher.name());
    if (name == nullptr) return !keeps;  // nobody has the label
    Step step{&matcher, name, keeps, false, {}, name->total.load(std::memory_order_relaxed)};
    // The literals' lists are those wanted unless it is about all other values.
    if (matcher.literals() != nullptr && matcher.positive() == keeps) {
      for (const std::string& text : *matcher.literals()) {
        if (const IndexValue* value = index_.value(*name, text)) step.lists.push_back(value->postings.view());
      }
      step.direct = true;
      step.total = total_of(step.lists);
      if (step.total == 0) return !keeps;
    }
    steps_.push_back(std::move(step));
    return true;
  }

  void fill(Step& step) const {
    if (step.direct) return;
    step.name->values.for_each([&](const IndexValue& value) {
      if (step.takes(value.text())) step.lists.push_back(value.postings.view());
    });
    step.total = total_of(step.lists);
  }

  std::vector<uint32_t> merged(const Lists& lists) const {
    if (lists.size() > 1 && total_of(lists) > limit_ / 64) {
      OrdinalSet set(limit_);
      for (const Postings::View& list : lists) set.add(list);
      return set.sorted();
    }
    std::vector<uint32_t> all;
    for (const Postings::View& list : lists) {
      all.insert(all.end(), list.begin(), std::lower_bound(list.begin(), list.end(), limit_));
    }
    if (lists.size() > 1) std::sort(all.begin(), all.end());
    return all;
  }

  void apply(Step& step) {
    // One list is walked or searched, whichever is shorter.
    const bool one = step.direct && step.lists.size() == 1;
    if (!one && found_.size() * kLabelCost < step.cost() + limit_ / 64) return filter(step);
    fill(step);
    if (step.lists.size() == 1) return with_list(step.lists.front(), step.keeps);
    OrdinalSet set(limit_);
    for (const Postings::View& list : step.lists) set.add(list);
    std::erase_if(found_, [&](uint32_t ordinal) { return set.has(ordinal) != step.keeps; });
  }

  void with_list(const Postings::View& list, bool keeps) {
    const uint32_t* at = list.begin();
    const bool gallop = list.size() / kGallop > found_.size();
    std::erase_if(found_, [&](uint32_t ordinal) {
      if (gallop) {
        at = search(at, list.end(), ordinal);
      } else {
        while (at != list.end() && *at < ordinal) ++at;
      }
      return (at != list.end() && *at == ordinal) != keeps;
    });
  }

  /// The first that is not below, by steps that double.
  static const uint32_t* search(const uint32_t* from, const uint32_t* end, uint32_t ordinal) {
    ptrdiff_t step = 1;
    while (step < end - from && from[step] < ordinal) {
      from += step;
      step *= 2;
    }
    return std::lower_bound(from, from + std::min(end - from, step + 1), ordinal);
  }

  void filter(const Step& step) {
    std::unordered_map<std::string_view, bool> known;  // values seen: an expression is tried once for each
    std::erase_if(found_, [&](uint32_t ordinal) {
      const HeadSeries* series = index_.series(ordinal);
      if (series == nullptr) return true;
      const std::string_view value = series->series->labels.get(step.matcher->name());
      if (!step.matcher->dear()) return !step.matcher->matches(value);
      const auto [it, fresh] = known.try_emplace(value);
      if (fresh) it->second = step.matcher->matches(value);
      return !it->second;
    });
  }

  const LabelIndex& index_;
  const uint32_t limit_;
  std::vector<Step> steps_;
  std::vector<uint32_t> found_;
};

}  // namespace

std::vector<uint32_t> select_ordinals(const LabelIndex& index, uint32_t limit, const CompiledMatchers& matchers) {
  return Selection(index, limit).run(matchers);
}

size_t most_ordinals(const LabelIndex& index, const CompiledMatchers& matchers) {
  size_t most = index.ordinals();
  for (const CompiledMatcher& matcher : matchers.all()) {
    if (matcher.literals() == nullptr || !matcher.positive() || matcher.matches_empty()) continue;
    const IndexName* name = index.name(matcher.name());
    if (name == nullptr) return 0;
    size_t total = 0;
    for (const std::string& text : *matcher.literals()) {
      if (const IndexValue* value = index.value(*name, text)) total += value->postings.view().size();
    }
    most = std::min(most, total);
  }
  return most;
}

}  // namespace oreum::storage
