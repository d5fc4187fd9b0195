// A long range of one series, read from disk, through the store's own interface.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

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

Result<std::unique_ptr<Store>> open_store(const Arguments& arguments) {
  static const SystemClock clock;
  storage::SqliteOptions options{.folder = arguments.text("folder"), .clock = clock, .retention = {}};
  options.retention.age = milliseconds(0);
  options.retention.bytes = 0;
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

/// Takes the store's files out of the page cache.
void forget_pages(const std::string& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const Fd fd(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    ::fdatasync(fd.get());
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
  }
}

Result<size_t> read_one(const Store& store) {
  TRY_ASSIGN(const auto querier, store.querier(TimestampMs::min(), TimestampMs::max()));
  const model::Matcher matchers[] = {{model::Matcher::Op::kEqual, "__name__", "bench_range"},
                                     {model::Matcher::Op::kEqual, "series", "0"}};
  TRY_ASSIGN(const auto set, querier->select(matchers));
  if (!set->next()) return Error(Code::kNotFound, "the series is not in the store");
  storage::Columns columns;
  TRY(set->read(columns));
  return columns.t.size();
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
  const auto most = static_cast<uint64_t>(arguments.number("bytes", INT64_MAX));
  for (int64_t from = 0; from < seconds && store->stats().disk_bytes < most; from += kSecondsABatch) {
    batch.clear();
    for (size_t i = 0; i < series.size(); ++i) {
      for (int64_t s = from; s < std::min(from + kSecondsABatch, seconds); ++s) {
        batch.add(series[i], {kEnd + (s - seconds) * 1000}, value_of(static_cast<int64_t>(i), s));
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
  auto start = SteadyClock::now();
  TRY_ASSIGN(const auto store, open_store(arguments));
  const double open_ms = ms_since(start);
  std::vector<double> cold;
  std::vector<double> warm;
  size_t samples = 0;
  for (int64_t run = 0; run < arguments.number("runs", 5); ++run) {
    for (std::vector<double>* times : {&cold, &warm}) {
      if (times == &cold) forget_pages(arguments.text("folder"));
      start = SteadyClock::now();
      TRY_ASSIGN(samples, read_one(*store));
      times->push_back(ms_since(start));
    }
  }
  std::sort(cold.begin(), cold.end());
  std::sort(warm.begin(), warm.end());
  fmt::print("{{\"open_ms\": {:.1f}, \"samples\": {}, \"cold_ms\": {:.1f}, \"warm_ms\": {:.1f}}}\n", open_ms, samples,
             cold[cold.size() / 2], warm[warm.size() / 2]);
  return {};
}

}  // namespace oreum::bench
