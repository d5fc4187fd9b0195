// A long range of one series, read from disk, through the store's own interface.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "load/commands.h"
#include "model/sample.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;
using storage::Store;

constexpr int64_t kEnd = 1'795'000'000'000;
constexpr int64_t kDay = 86'400;  // s
constexpr int64_t kSecondsABatch = 1000;

double ms_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

Result<std::unique_ptr<Store>> open_store(const Arguments& arguments, bool with_rollups = false) {
  static const SystemClock clock;
  storage::SqliteOptions options{.folder = arguments.text("folder"), .clock = clock, .retention = {}};
  options.retention.age = milliseconds(0);
  options.retention.bytes = 0;
  options.retention.minutes = options.retention.hours = with_rollups ? milliseconds(0) : storage::Retention::kNone;
  return storage::SqliteStore::open(options);
}

/// Of the kinds a host has: counters by steps that vary, gauges of whole pages, shares with few decimals, constants.
double value_of(int64_t series, int64_t second) {
  const auto s = static_cast<double>(second);
  const uint64_t noise = static_cast<uint64_t>(second * 31 + series) * 0x9E3779B97F4A7C15U >> 56;
  switch (series % 4) {
    case 0: return std::floor(s * 137 + 4000 * std::sin(s / 300)) + static_cast<double>(noise);
    case 1: return 4096 * std::floor(1e5 + 2e4 * std::sin(s / 900) + static_cast<double>(noise / 8));
    case 2: return std::round(1000 * (2 + std::sin(s / 60)) + static_cast<double>(noise)) / 100;
    default: return static_cast<double>(series);
  }
}

/// What no codec makes smaller: a store of many bytes from few samples.
double noise(int64_t series, int64_t second) {
  uint64_t h = (static_cast<uint64_t>(second) << 20 | static_cast<uint64_t>(series)) * 0x9E3779B97F4A7C15U;
  h = (h ^ h >> 31) * 0xD6E8FEB86659FD93U;
  return std::bit_cast<double>(h ^ h >> 29);
}

/// Takes the store's files out of the page cache.
void forget_pages(const std::string& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const Fd fd(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    ::fdatasync(fd.get());
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
  }
}

using Read = std::function<Result<size_t>(storage::SeriesSet&)>;

Result<size_t> read_one(const Store& store, const Read& read) {
  TRY_ASSIGN(const auto querier, store.querier(TimestampMs::min(), TimestampMs::max()));
  const model::Matcher matchers[] = {{model::Matcher::Op::kEqual, "__name__", "bench_range"},
                                     {model::Matcher::Op::kEqual, "series", "0"}};
  TRY_ASSIGN(const auto set, querier->select(matchers));
  if (!set->next()) return Error(Code::kNotFound, "the series is not in the store");
  return read(*set);
}

struct Times {
  double cold_ms = 0;
  double warm_ms = 0;
  size_t rows = 0;
};

/// Medians of so many runs.
Result<Times> measure(const Store& store, const Arguments& arguments, const Read& read) {
  std::vector<double> cold;
  std::vector<double> warm;
  Times times;
  for (int64_t run = 0; run < arguments.number("runs", 5); ++run) {
    for (std::vector<double>* list : {&cold, &warm}) {
      if (list == &cold) forget_pages(arguments.text("folder"));
      const auto start = SteadyClock::now();
      TRY_ASSIGN(times.rows, read_one(store, read));
      list->push_back(ms_since(start));
    }
  }
  std::sort(cold.begin(), cold.end());
  std::sort(warm.begin(), warm.end());
  times.cold_ms = cold[cold.size() / 2];
  times.warm_ms = warm[warm.size() / 2];
  return times;
}

}  // namespace

Status fill(const Arguments& arguments) {
  const int64_t seconds = arguments.number("days", 30) * kDay;
  std::vector<model::Series> series;
  for (int64_t i = 0; i < arguments.number("series", 10); ++i) {
    series.emplace_back(model::Labels::of({{model::kMetricName, "bench_range"}, {"series", fmt::format("{}", i)}}));
  }
  const auto start = SteadyClock::now();
  TRY_ASSIGN(const auto store, open_store(arguments));
  model::Batch batch;
  const auto value = arguments.number("noise", 0) != 0 ? noise : value_of;
  for (int64_t from = 0; from < seconds; from += kSecondsABatch) {
    batch.clear();
    for (size_t i = 0; i < series.size(); ++i) {
      for (int64_t s = from; s < std::min(from + kSecondsABatch, seconds); ++s) {
        batch.add(series[i], {kEnd + (s - seconds) * 1000}, value(static_cast<int64_t>(i), s));
      }
    }
    TRY(store->append(batch, storage::Durability::kKill));
  }
  TRY(store->seal());
  TRY(store->compact());
  fmt::print("{{\"samples\": {}, \"ms\": {:.0f}, \"disk_bytes\": {}}}\n", store->stats().samples, ms_since(start),
             store->stats().disk_bytes);
  return {};
}

Status settle(const Arguments& arguments) {
  {
    TRY_ASSIGN(const auto store, open_store(arguments));
    TRY(store->seal());
    TRY(store->compact());
  }
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  fmt::print("{{\"cpu_seconds\": {:.3f}}}\n", seconds(used.ru_utime) + seconds(used.ru_stime));
  return {};
}

Status range(const Arguments& arguments) {
  forget_pages(arguments.text("folder"));
  const auto start = SteadyClock::now();
  TRY_ASSIGN(const auto store, open_store(arguments));
  const double open_ms = ms_since(start);
  storage::Columns columns;  // kept, as a query keeps them from series to series
  const auto read_samples = [&](storage::SeriesSet& set) -> Result<size_t> {
    TRY(set.read(columns));
    return columns.t.size();
  };
  TRY_ASSIGN(const Times times, measure(*store, arguments, read_samples));
  fmt::print("{{\"open_ms\": {:.1f}, \"samples\": {}, \"cold_ms\": {:.1f}, \"warm_ms\": {:.1f}}}\n", open_ms,
             times.rows, times.cold_ms, times.warm_ms);
  return {};
}

Status rollups(const Arguments& arguments) {
  TRY_ASSIGN(const auto store, open_store(arguments, true));
  const uint64_t raw_bytes = store->stats().disk_bytes;
  const auto start = SteadyClock::now();
  TRY(store->roll_up(SystemClock().now()));
  const double ms = ms_since(start);
  TRY(store->compact());
  const storage::StoreStats stats = store->stats();
  fmt::print("{{\"samples\": {}, \"rows\": {}, \"ms\": {:.0f}, \"raw_bytes\": {}, \"rollup_bytes\": {}", stats.samples,
             stats.rollup_samples, ms, raw_bytes, stats.disk_bytes - raw_bytes);
  for (const storage::Resolution r : {storage::Resolution::kMinute, storage::Resolution::kHour}) {
    const auto read = [r](storage::SeriesSet& set) -> Result<size_t> {
      std::vector<storage::Bucket> buckets;
      TRY(set.read_buckets(r, storage::RollupUse::kWherePossible, buckets));
      return buckets.size();
    };
    TRY_ASSIGN(const Times times, measure(*store, arguments, read));
    const auto name = r == storage::Resolution::kMinute ? "minutes" : "hours";
    fmt::print(", \"{0}\": {1}, \"{0}_cold_ms\": {2:.1f}, \"{0}_warm_ms\": {3:.1f}", name, times.rows, times.cold_ms,
               times.warm_ms);
  }
  fmt::print("}}\n");
  return {};
}

}  // namespace oreum::bench
