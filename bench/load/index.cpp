// A million series: what each takes in memory, and how long it takes to find some of them.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <functional>
#include <thread>

#include <fmt/core.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mutex.h"
#include "load/commands.h"
#include "load/trace.h"
#include "storage/head.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;
using model::Matcher;
using storage::CompiledMatchers;
using storage::Head;
using storage::HeadSeries;
using storage::IndexView;

constexpr int kRuns = 7;

double ms_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

/// CPU time of this thread: what else the machine does matters little.
double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// The trace's series on as many hosts as make `count` of them.
model::Labels labels_of(const Trace& trace, size_t i) {
  const std::string instance = fmt::format("host-{:05}.example.com:9100", i / trace.series.size());
  std::vector<model::Label> labels{{"instance", instance}, {"job", "node"}};
  for (const auto& [name, value] : trace.series[i % trace.series.size()]) labels.push_back({name, value});
  return model::Labels::of(labels);
}

void insert_all(Head& head, const Trace& trace, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    auto series = std::make_unique<HeadSeries>();
    series->series = std::make_shared<const model::Series>(labels_of(trace, i));
    series->ref = static_cast<int64_t>(i) + 1;
    head.insert(std::move(series));
  }
}

/// Second by second, as samples come: that is what decides how memory is cut up.
void add_samples(const Head& head, const Trace& trace, size_t scrapes) {
  std::vector<HeadSeries*> all;
  head.for_each([&](HeadSeries& series) { all.push_back(&series); });
  for (const Scrape& scrape : std::span(trace.scrapes).first(std::min(scrapes, trace.scrapes.size()))) {
    for (size_t host = 0; host < all.size(); host += trace.series.size()) {
      for (size_t i = 0; i < scrape.series.size(); ++i) {
        if (host + scrape.series[i] >= all.size()) continue;
        all[host + scrape.series[i]]->add({scrape.ms}, scrape.values[i]);
      }
    }
  }
}

double median_ms(const std::function<void()>& what) {
  std::vector<double> times;
  for (int run = 0; run < kRuns; ++run) {
    const double start = cpu_ms();
    what();
    times.push_back(cpu_ms() - start);
  }
  std::sort(times.begin(), times.end());
  return times[kRuns / 2];
}

Status print_selects(const IndexView& view) {
  using enum Matcher::Op;
  const Matcher load{kEqual, "__name__", "node_load1"};
  const std::vector<std::pair<const char*, std::vector<Matcher>>> questions{
      {"one series", {load, {kEqual, "instance", "host-01000.example.com:9100"}}},
      {"one metric of all hosts", {load}},
      {"all of one host", {{kEqual, "instance", "host-01000.example.com:9100"}}},
      {"a label of one metric", {{kEqual, "__name__", "node_cpu_seconds_total"}, {kEqual, "mode", "idle"}}},
      {"names of an alternation", {{kRegex, "__name__", "node_load(1|5|15)"}}},
      {"hosts of a prefix", {{kRegex, "instance", "host-010.*"}}},
      {"hosts of an expression", {load, {kRegex, "instance", "host-0[01]+.\\.example.*"}}},
      {"hosts but some", {load, {kNotRegex, "instance", ".*7\\.example.*"}}},
      {"with a label", {{kNotEqual, "mountpoint", ""}}},
      {"everything", {{kEqual, "job", "node"}}},
  };
  for (const auto& [name, matchers] : questions) {
    TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
    size_t found = 0;
    const double ms = median_ms([&] { found = view.select(compiled).size(); });
    fmt::print("{{\"select\": \"{}\", \"series\": {}, \"cpu_ms\": {:.3f}}}\n", name, found, ms);
  }
  TRY_ASSIGN(const CompiledMatchers all, CompiledMatchers::compile({}));
  TRY_ASSIGN(const CompiledMatchers one, CompiledMatchers::compile(std::span(&load, 1)));
  fmt::print(
      "{{\"label_names_cpu_ms\": {:.3f}, \"label_values_cpu_ms\": {:.3f}, \"label_values_of_one_metric_cpu_ms\": "
      "{:.3f}}}\n",
      median_ms([&] { view.label_names(all); }), median_ms([&] { view.label_values("instance", all); }),
      median_ms([&] { view.label_values("instance", one); }));
  fmt::print("{{\"cardinality_cpu_ms\": {:.3f}}}\n", median_ms([&] { view.cardinality(20); }));
  return {};
}

/// A label that explodes: a value of its own for each series, an expression over all of them, and how long whoever
/// holds the lock to insert has to wait meanwhile.
Status exploded(size_t count) {
  Mutex mu;
  Head head;
  for (size_t i = 0; i < count; ++i) {
    auto series = std::make_unique<HeadSeries>();
    series->series = std::make_shared<const model::Series>(
        model::Labels::of({{model::kMetricName, "requests"}, {"session", fmt::format("s-{:012}", i * 7919)}}));
    head.insert(std::move(series));
  }
  const Matcher matcher{Matcher::Op::kRegex, "session", "s-0+[1-9]+99.*"};
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(std::span(&matcher, 1)));
  std::atomic<bool> stop{false};
  std::atomic<double> longest{0};
  std::jthread writer([&] {
    for (size_t i = 0; !stop; ++i) {
      auto series = std::make_unique<HeadSeries>();
      series->series = std::make_shared<const model::Series>(
          model::Labels::of({{model::kMetricName, "requests"}, {"session", fmt::format("new-{}", i)}}));
      const auto start = SteadyClock::now();
      {
        const MutexLock lock(mu);
        head.insert(std::move(series));
      }
      longest = std::max(longest.load(), ms_since(start));
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  size_t found = 0;
  const double ms = median_ms([&] {
    const IndexView view = [&] {
      const MutexLock lock(mu);
      return head.view();
    }();
    found = view.select(compiled).size();
  });
  stop = true;
  writer.join();
  fmt::print("{{\"exploded\": {}, \"found\": {}, \"expression_cpu_ms\": {:.1f}, \"longest_insert_ms\": {:.3f}}}\n",
             count, found, ms, longest.load());
  return {};
}

Result<std::unique_ptr<storage::Store>> open_store(const std::string& folder) {
  static const SystemClock clock;
  storage::SqliteOptions options{.folder = folder, .clock = clock, .retention = {}};
  options.retention.age = milliseconds(0);
  options.retention.bytes = 0;
  options.max_series = SIZE_MAX;
  return storage::SqliteStore::open(options);
}

/// A store of so many series, each with one sample: made, and opened again.
Status reopened(const std::string& folder, const Trace& trace, size_t count) {
  {
    TRY_ASSIGN(const auto store, open_store(folder));
    model::Batch batch;
    for (size_t i = 0; i < count; ++i) {
      batch.add(batch.own(model::Series(labels_of(trace, i))), {trace.scrapes.front().ms}, 1);
      if (batch.size() < 10'000 && i + 1 < count) continue;
      TRY(store->append(batch, storage::Durability::kKill));
      batch.clear();
    }
    TRY(store->seal());
  }
  const auto start = SteadyClock::now();
  const double start_cpu = cpu_ms();
  TRY_ASSIGN(const auto store, open_store(folder));
  fmt::print("{{\"open_series\": {}, \"open_ms\": {:.0f}, \"open_cpu_ms\": {:.0f}, \"disk_bytes\": {}}}\n",
             store->stats().series, ms_since(start), cpu_ms() - start_cpu, store->stats().disk_bytes);
  return {};
}

}  // namespace

Status index(const Arguments& arguments) {
  const auto count = static_cast<size_t>(arguments.number("series", 1'000'000));
  TRY_ASSIGN(const Trace trace, read_trace(arguments.text("trace")));
  if (const std::string folder = arguments.text("folder"); !folder.empty()) return reopened(folder, trace, count);
  if (arguments.number("exploded", 0) != 0) return exploded(count);
  Head head;
  const double empty = resident_bytes();
  const double start = cpu_ms();
  insert_all(head, trace, count);
  const double insert_ms = cpu_ms() - start;
  const auto each = [&](double bytes) { return bytes / static_cast<double>(count); };
  const double labelled = resident_bytes();
  add_samples(head, trace, static_cast<size_t>(arguments.number("samples", 240)));
  fmt::print(
      "{{\"series\": {}, \"insert_cpu_ms\": {:.0f}, \"index_bytes_a_series\": {:.0f}, \"bytes_without_samples\": "
      "{:.0f}, "
      "\"bytes_in_all\": {:.0f}}}\n",
      head.size(), insert_ms, each(static_cast<double>(head.index_bytes())), each(labelled - empty),
      each(resident_bytes() - empty));
  return print_selects(head.view());
}

}  // namespace oreum::bench
