#include "storage/spool/merged.h"

#include <algorithm>
#include <utility>

namespace oreum::storage {

namespace {

/// Adds what is only in `other`.
void merge_into(Columns& out, const Columns& other, Columns& scratch) {
  scratch.clear();
  size_t a = 0;
  size_t b = 0;
  const auto take = [&](const Columns& from, size_t& at) {
    scratch.t.push_back(from.t[at]);
    scratch.v.push_back(from.v[at]);
    ++at;
  };
  while (a < out.t.size() || b < other.t.size()) {
    if (b == other.t.size() || (a < out.t.size() && out.t[a] <= other.t[b])) {
      if (b < other.t.size() && out.t[a] == other.t[b]) ++b;
      take(out, a);
    } else {
      take(other, b);
    }
  }
  out.t.swap(scratch.t);
  out.v.swap(scratch.v);
}

class MergedSet final : public SeriesSet {
 public:
  explicit MergedSet(std::vector<std::unique_ptr<SeriesSet>> sets) {
    for (auto& set : sets) parts_.push_back({std::move(set)});
  }

  bool next() override {
    const model::Series* least = nullptr;
    for (Part& part : parts_) {
      if (part.current) part.there = part.set->next();
      if (part.there && (least == nullptr || part.set->series().labels < least->labels)) least = &part.set->series();
    }
    if (least == nullptr) return false;
    const model::SeriesId id = least->id;
    for (Part& part : parts_) part.current = part.there && part.set->series().id == id;
    return true;
  }
  const model::Series& series() const override { return first().set->series(); }

  Status read(Columns& out) override {
    TRY(first().set->read(out));
    return each_other([&](SeriesSet& set) -> Status {
      TRY(set.read(other_));
      if (!other_.t.empty()) merge_into(out, other_, scratch_);
      return {};
    });
  }

  /// What was not stored yet is mostly newer than all that was: then it is added to the buckets there are.
  Result<bool> read_buckets(Resolution r, RollupUse use, std::vector<Bucket>& out) override {
    Columns newer;
    const Status all_read = each_other([&](SeriesSet& set) -> Status {
      TRY(set.read(other_));
      if (newer.t.empty()) {
        newer.t.swap(other_.t);
        newer.v.swap(other_.v);
      } else {
        merge_into(newer, other_, scratch_);
      }
      return {};
    });
    TRY(all_read);
    std::vector<Bucket> made;
    TRY_ASSIGN(const bool rolled, first().set->read_buckets(r, use, made));
    if (newer.t.empty()) {
      out.swap(made);
      return rolled;
    }
    if (!made.empty() && newer.t[0] <= made.back().last_t) return SeriesSet::read_buckets(r, use, out);
    out.clear();
    to_buckets({newer.t.data(), newer.t.size()}, {newer.v.data(), newer.v.size()}, made, bucket(r), out);
    return rolled;
  }

 private:
  struct Part {
    std::unique_ptr<SeriesSet> set;
    bool there = false;
    bool current = true;  // at the present series; before the first next(): to be moved
  };

  const Part& first() const {
    return *std::find_if(parts_.begin(), parts_.end(), [](const Part& part) { return part.current; });
  }
  template <typename F>
  Status each_other(F&& f) {
    bool any = false;
    for (Part& part : parts_) {
      if (!part.current) continue;
      if (std::exchange(any, true)) TRY(f(*part.set));
    }
    return {};
  }

  std::vector<Part> parts_;
  Columns other_;
  Columns scratch_;
};

class MergedQuerier final : public Querier {
 public:
  explicit MergedQuerier(std::vector<MergedPart> parts) : parts_(std::move(parts)) {}

  bool only_at_hand() override {
    // All of them or, as nothing can be taken back, none that matters: the first is the large one.
    bool all = true;
    for (MergedPart& part : parts_) all = part.querier->only_at_hand() && all;
    return all;
  }
  Result<std::unique_ptr<SeriesSet>> select(std::span<const model::Matcher> matchers) override {
    std::vector<std::unique_ptr<SeriesSet>> sets;
    for (MergedPart& part : parts_) {
      TRY_ASSIGN(auto set, part.querier->select(matchers));
      sets.push_back(std::move(set));
    }
    return std::make_unique<MergedSet>(std::move(sets));
  }
  Result<std::vector<std::string>> label_names(std::span<const model::Matcher> matchers) override {
    return all_of([&](Querier& querier) { return querier.label_names(matchers); });
  }
  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const model::Matcher> matchers) override {
    return all_of([&](Querier& querier) { return querier.label_values(name, matchers); });
  }

 private:
  template <typename F>
  Result<std::vector<std::string>> all_of(F&& ask) {
    std::vector<std::string> all;
    for (MergedPart& part : parts_) {
      TRY_ASSIGN(std::vector<std::string> some, ask(*part.querier));
      std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  std::vector<MergedPart> parts_;
};

}  // namespace

std::unique_ptr<Querier> merged(std::vector<MergedPart> parts) {
  return std::make_unique<MergedQuerier>(std::move(parts));
}

}  // namespace oreum::storage
