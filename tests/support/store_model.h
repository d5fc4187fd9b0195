// What a store must do, as a map: the model that real stores are compared with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/sample.h"
#include "storage/store.h"

namespace oreum::storage::test {

inline model::Series make_series(int number) {
  return model::Series(
      model::Labels::of({{model::kMetricName, number % 2 == 0 ? "even" : "odd"}, {"n", std::to_string(number)}}));
}

/// Samples by series (as text) and time, values as bits.
using Content = std::map<std::string, std::map<int64_t, uint64_t>>;

/// Everything a store holds, by its public read path; series without samples are left out.
inline Content content(const Store& store, TimestampMs from = TimestampMs::min(), TimestampMs to = TimestampMs::max()) {
  Content all;
  const auto querier = store.querier(from, to);
  EXPECT_TRUE(querier.has_value());
  const auto set = (*querier)->select({});
  EXPECT_TRUE(set.has_value());
  Columns columns;
  std::string last;
  while ((*set)->next()) {
    const std::string name = (*set)->series().labels.to_string();
    const Status status = (*set)->read(columns);
    EXPECT_TRUE(status.has_value()) << status.error().to_string();
    EXPECT_EQ(columns.t.size(), columns.v.size());
    for (size_t i = 0; i < columns.t.size(); ++i) {
      EXPECT_TRUE(i == 0 || columns.t[i - 1] < columns.t[i]) << name;
      all[name][columns.t[i]] = std::bit_cast<uint64_t>(columns.v[i]);
    }
  }
  return all;
}

inline uint64_t count(const Content& all) {
  uint64_t n = 0;
  for (const auto& [name, samples] : all) n += samples.size();
  return n;
}

/// Appends as the identity rule says.
struct Model {
  Content samples;
  TimestampMs horizon = TimestampMs::min();

  AppendResult append(const model::Batch& batch) {
    AppendResult result;
    for (size_t i = 0; i < batch.size(); ++i) {
      const TimestampMs t = batch.times()[i];
      const auto bits = std::bit_cast<uint64_t>(batch.values()[i]);
      if (t < horizon) {
        ++result.too_old;
        continue;
      }
      auto& series = samples[model::Labels::decode(batch.labels()[i])->to_string()];
      const auto [it, fresh] = series.emplace(t.ms, bits);
      if (fresh) {
        ++result.added;
      } else if (it->second == bits) {
        ++result.duplicates;
      } else {
        ++result.conflict_count;
      }
    }
    std::erase_if(samples, [](const auto& entry) { return entry.second.empty(); });
    return result;
  }

  /// Deletes from the series of a metric; how many samples.
  uint64_t erase(const std::string& metric, TimestampMs from, TimestampMs to) {
    uint64_t n = 0;
    for (auto& [name, series] : samples) {
      if (!name.starts_with(metric + "{")) continue;
      n += std::erase_if(series, [&](const auto& sample) { return from.ms <= sample.first && sample.first <= to.ms; });
    }
    std::erase_if(samples, [](const auto& entry) { return entry.second.empty(); });
    return n;
  }
};

}  // namespace oreum::storage::test
