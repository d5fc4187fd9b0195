#include "migrate/estimate.h"

#include <algorithm>

namespace oreum::migrate {

namespace {

// Without a trial: two cores with a slow disk.
constexpr double kBytesPerMs = 40'000;
constexpr double kSamplesPerMs = 25'000;

constexpr uint64_t kTrialBytes = 4 << 20;
constexpr milliseconds kTrialTime{150};
constexpr milliseconds kFixed{300};  // states, commits, looks at both stores
// Beside the bytes of packs the target writes its log and its catalog, and the source reads.
constexpr double kWritesPerByte = 3;

/// Samples that are read back in a millisecond; 0: there are none.
Result<double> try_reading(const storage::Store& from, const storage::StoreStats& stats) {
  constexpr int64_t kDay = 86'400'000;
  const TimestampMs since{std::max(stats.t_min.ms, stats.t_max.ms - kDay)};
  const auto began = Monotonic::now();
  TRY_ASSIGN(const auto querier, from.querier(since, stats.t_max));
  TRY_ASSIGN(const auto set, querier->select({}));
  storage::Columns samples;
  uint64_t read = 0;
  std::chrono::duration<double, std::milli> took{};
  do {
    if (!set->next()) break;
    TRY(set->read(samples));
    read += samples.t.size();
    took = Monotonic::now() - began;
  } while (took < kTrialTime);
  return read == 0 ? 0 : static_cast<double>(read) / std::max(took.count(), 0.01);
}

}  // namespace

Estimate estimate(const storage::Store& from, const storage::StoreStats& stats, const std::string& to,
                  const Stores& stores) {
  const auto bytes = static_cast<double>(stats.disk_bytes);
  const auto samples = static_cast<double>(stats.samples);
  const auto in_all = [&](double bytes_per_ms, double samples_per_ms) {
    return kFixed + milliseconds(static_cast<int64_t>(bytes / bytes_per_ms + samples / samples_per_ms));
  };
  Estimate usual{in_all(kBytesPerMs, kSamplesPerMs), false};
  if (!stores.try_writing || stats.samples == 0) return usual;
  const auto written = stores.try_writing(to, kTrialBytes);
  const auto read = try_reading(from, stats);
  if (!written || !read || *read == 0) return usual;
  const double bytes_per_ms =
      static_cast<double>(kTrialBytes) / std::max<double>(1, static_cast<double>(written->count()));
  // Both stores are read to be compared.
  return {in_all(bytes_per_ms / kWritesPerByte, *read / 2), true};
}

}  // namespace oreum::migrate
