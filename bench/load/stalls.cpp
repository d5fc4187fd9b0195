// How long appends wait while the store seals, compacts, deletes, rolls up and lets old data go.
#include <thread>

#include <fmt/core.h>

#include "load/appender.h"
#include "load/commands.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::bench {

namespace {

/// Does the work again and again for so long; answers how often.
template <typename Work>
Result<int> repeat(milliseconds how_long, Work work) {
  const auto start = SteadyClock::now();
  int rounds = 0;
  while (SteadyClock::now() - start < how_long) {
    TRY(work());
    ++rounds;
  }
  return rounds;
}

void report(std::string_view beside, int rounds, const Appender::Waits& waits) {
  fmt::print("{{\"beside\": \"{}\", \"rounds\": {}, \"appends\": {}, \"median_ms\": {:.2f}, \"longest_ms\": {:.1f}}}\n",
             beside, rounds, waits.appends, waits.median_ms, waits.longest_ms);
}

}  // namespace

Status stalls(const Arguments& arguments) {
  const SystemClock clock;
  const milliseconds each{arguments.number("seconds", 10) * 1000};
  TRY_ASSIGN(const auto store, storage::SqliteStore::open({.folder = arguments.text("folder"),
                                                           .clock = clock,
                                                           .retention = {.age = milliseconds(0), .bytes = 0}}));
  Appender appender(*store);
  std::this_thread::sleep_for(each);
  report("nothing", 0, appender.waits());
  TRY_ASSIGN(int rounds, repeat(each, [&] { return store->seal(); }));
  report("seal", rounds, appender.waits());
  TRY_ASSIGN(rounds, repeat(each, [&]() -> Status {
               TRY(store->seal());
               return store->compact();
             }));
  report("seal and compact", rounds, appender.waits());
  TRY_ASSIGN(rounds, repeat(each, [&]() -> Status {
               const model::Matcher some{model::Matcher::Op::kRegex, "series", fmt::format(".*{}", rounds % 10)};
               const int64_t now = clock.now().ms;
               const auto gone = store->delete_samples({&some, 1}, {now - 60'000}, {now - 30'000}, "bench");
               return gone ? Status() : Status(gone.error());
             }));
  report("delete", rounds, appender.waits());
  TRY_ASSIGN(rounds, repeat(each, [&]() -> Status {
               TRY(store->roll_up(clock.now() + milliseconds(2 * 86'400'000)));
               return store->apply_retention(clock.now());
             }));
  report("rollups and retention", rounds, appender.waits());
  return {};
}

}  // namespace oreum::bench
