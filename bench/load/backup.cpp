// A backup of a store that takes samples all the while: how fast, and how long the longest append waits.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>

#include <fmt/core.h>

#include "backup/backup.h"
#include "load/commands.h"
#include "model/sample.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int64_t kSeries = 1000;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// Appends a sample of each of 1,000 series, durably, about every 10 ms.
class Appender {
 public:
  explicit Appender(storage::Store& store) : store_(store) {
    for (int64_t i = 0; i < kSeries; ++i) {
      series_.emplace_back(model::Labels::of({{model::kMetricName, "bench_backup"}, {"series", fmt::format("{}", i)}}));
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  struct Waits {
    size_t appends;
    double median_ms;
    double longest_ms;
  };
  /// Of the appends since the last call.
  Waits waits() {
    std::vector<double> ms;
    {
      const std::scoped_lock lock(mu_);
      ms.swap(ms_);
    }
    std::sort(ms.begin(), ms.end());
    return ms.empty() ? Waits{} : Waits{ms.size(), ms[ms.size() / 2], ms.back()};
  }

 private:
  void run(const std::stop_token& stop) {
    int64_t t = SystemClock().now().ms;
    model::Batch batch;
    while (!stop.stop_requested()) {
      batch.clear();
      t += 10;
      for (int64_t i = 0; i < kSeries; ++i)
        batch.add(series_[static_cast<size_t>(i)], {t}, static_cast<double>(t % 977 * i));
      const auto start = SteadyClock::now();
      if (!store_.append(batch)) return;
      const double took = seconds_since(start) * 1000;
      {
        const std::scoped_lock lock(mu_);
        ms_.push_back(took);
      }
      std::this_thread::sleep_until(start + std::chrono::milliseconds(10));
    }
  }

  storage::Store& store_;
  std::vector<model::Series> series_;
  std::mutex mu_;
  std::vector<double> ms_;
  std::jthread thread_;
};

Status ignore(std::string_view /*phase*/, uint64_t /*done*/, uint64_t /*all*/) { return {}; }

}  // namespace

Status backup(const Arguments& arguments) {
  const SystemClock clock;
  const std::filesystem::path into = arguments.text("into");
  TRY_ASSIGN(const auto store, storage::SqliteStore::open({.folder = arguments.text("folder"),
                                                           .clock = clock,
                                                           .retention = {.age = milliseconds(0), .bytes = 0}}));
  Appender appender(*store);
  std::this_thread::sleep_for(std::chrono::seconds(arguments.number("quiet", 10)));
  const Appender::Waits quiet = appender.waits();
  auto start = SteadyClock::now();
  TRY_ASSIGN(const backup::Backup made,
             backup::make_backup(*store, clock, {.folder = into, .program = "bench"}, ignore));
  const double make_s = seconds_since(start);
  const Appender::Waits beside = appender.waits();
  start = SteadyClock::now();
  TRY(backup::verify_backup(made.path, ignore));
  const double verify_s = seconds_since(start);
  start = SteadyClock::now();
  TRY(backup::restore_backup({.backup = made.path, .data = into / "restored"}, clock, ignore));
  const double restore_s = seconds_since(start);
  fmt::print(
      "{{\"samples\": {}, \"bytes\": {}, \"store_bytes\": {}, \"make_s\": {:.2f}, \"verify_s\": {:.2f}, \"restore_s\": "
      "{:.2f}, \"appends_quiet\": {}, \"median_quiet_ms\": {:.2f}, \"longest_quiet_ms\": {:.1f}, \"appends_beside\": "
      "{}, "
      "\"median_beside_ms\": {:.2f}, \"longest_beside_ms\": {:.1f}}}\n",
      made.manifest.content.samples(), made.manifest.bytes(), store->stats().disk_bytes, make_s, verify_s, restore_s,
      quiet.appends, quiet.median_ms, quiet.longest_ms, beside.appends, beside.median_ms, beside.longest_ms);
  return {};
}

}  // namespace oreum::bench
