// A store as a map, for tests that need many: what it holds, read as a Queryable and written as a Target.
#pragma once

#include <bit>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/match.h"
#include "storage/queryable.h"
#include "transfer/target.h"

namespace oreum::transfer::test {

class MapStore final : public storage::Queryable, public Target {
 public:
  using Content = std::map<model::Labels, std::map<int64_t, uint64_t>>;
  Content content;
  mutable uint64_t queriers = 0;  // asked for so far

  Result<Written> write(const model::Batch& batch) override {
    Written out;
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto bits = std::bit_cast<uint64_t>(batch.values()[i]);
      auto& samples = content[*model::Labels::decode(batch.labels()[i])];
      const auto [at, fresh] = samples.emplace(batch.times()[i].ms, bits);
      ++(fresh ? out.added : at->second == bits ? out.duplicates : out.conflicts);
    }
    return out;
  }

  Result<std::unique_ptr<storage::Querier>> querier(TimestampMs t_min, TimestampMs t_max) const override {
    ++queriers;
    return std::make_unique<Querier>(content, t_min.ms, t_max.ms);
  }

 private:
  class Set final : public storage::SeriesSet {
   public:
    Set(std::vector<Content::const_iterator> found, int64_t t_min, int64_t t_max)
        : found_(std::move(found)), t_min_(t_min), t_max_(t_max) {}
    bool next() override {
      if (at_ == found_.size()) return false;
      series_ = model::Series(found_[at_++]->first);
      return true;
    }
    const model::Series& series() const override { return series_; }
    Status read(storage::Columns& out) override {
      out.clear();
      for (const auto& [t, bits] : found_[at_ - 1]->second) {
        if (t < t_min_ || t > t_max_) continue;
        out.t.push_back(t);
        out.v.push_back(std::bit_cast<double>(bits));
      }
      return {};
    }

   private:
    const std::vector<Content::const_iterator> found_;
    const int64_t t_min_;
    const int64_t t_max_;
    size_t at_ = 0;
    model::Series series_;
  };

  class Querier final : public storage::Querier {
   public:
    Querier(const Content& content, int64_t t_min, int64_t t_max) : content_(content), t_min_(t_min), t_max_(t_max) {}
    Result<std::unique_ptr<storage::SeriesSet>> select(std::span<const model::Matcher> matchers) override {
      TRY_ASSIGN(auto found, matching(matchers));
      return std::make_unique<Set>(std::move(found), t_min_, t_max_);
    }
    Result<std::vector<std::string>> label_names(std::span<const model::Matcher>) override {
      return Error(Code::kUnimplemented, "not here");
    }
    Result<std::vector<std::string>> label_values(std::string_view name,
                                                  std::span<const model::Matcher> matchers) override {
      TRY_ASSIGN(const auto found, matching(matchers));
      std::set<std::string> values;
      for (const auto& at : found) values.emplace(at->first.get(name));
      return std::vector<std::string>(values.begin(), values.end());
    }

   private:
    Result<std::vector<Content::const_iterator>> matching(std::span<const model::Matcher> matchers) const {
      TRY_ASSIGN(const auto compiled, storage::CompiledMatchers::compile(matchers));
      std::vector<Content::const_iterator> found;
      for (auto at = content_.begin(); at != content_.end(); ++at) {
        if (compiled.matches(at->first)) found.push_back(at);
      }
      return found;
    }

    const Content& content_;
    const int64_t t_min_;
    const int64_t t_max_;
  };
};

}  // namespace oreum::transfer::test
