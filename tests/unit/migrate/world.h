// Stores, SQLite's in temporary folders and one in PostgreSQL ("pg"), and a manager between them.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "migrate/manager.h"
#include "storage/open_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/odd_values.h"
#include "support/store_database.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::migrate::test {

using storage::test::content;
using storage::test::Content;

// Thousands of commits: where syncing costs nothing, they take seconds.
inline const bool kInMemory = ::access("/dev/shm", W_OK) == 0 && ::setenv("TMPDIR", "/dev/shm", 0) == 0;

/// A batch of odd values, told by its number; times go up and down, some lie before 1970.
inline model::Batch odd_batch(uint64_t number, int series = 12) {
  model::Batch batch;
  for (int s = 0; s < series; ++s) {
    const model::Series& one = batch.own(model::Series(model::Labels::of(
        {{model::kMetricName, s % 3 == 0 ? "오름_total" : "up"}, {"n", std::to_string(s)}, {"emoji", "🏔️"}})));
    const auto t = static_cast<int64_t>(number * 1000 + (number % 5 == 0 ? 86'400'000 * (number % 7) : 0));
    batch.add(one, {1'700'000'000'000 + t}, oreum::test::odd_value(number * 7 + static_cast<uint64_t>(s)));
    if (number % 11 == 0) batch.add(one, {-1'000'000 - t}, static_cast<double>(number) + 0.1);
  }
  return batch;
}

class World {
 public:
  World() { kill_and_start_at("a"); }
  ~World() { manager.reset(); }

  std::string url(const std::string& name) const {
    if (name == "pg-rehearsal") return "postgres:" + rehearsal.schema();
    return name == "pg" ? "postgres:" + postgres.schema() : "sqlite:" + (dir / name);
  }
  /// As after kill -9 and a start with the store of that name; what is in memory only is gone.
  void kill_and_start_at(const std::string& name) {
    manager.reset();
    const auto started = start_at(name);
    ASSERT_TRUE(started.has_value()) << started.error().to_string();
  }
  Status start_at(const std::string& name) {
    manager.reset();
    TRY_ASSIGN(std::unique_ptr<storage::Store> store, open(url(name)));
    TRY_ASSIGN(
        manager,
        Manager::start(
            {.url = url(name),
             .clock = clock,
             .stores = stores(),
             .rehearsal_pace = {.listen = milliseconds(20), .alone = milliseconds(20), .soak = milliseconds(150)}},
            std::move(store)));
    return {};
  }
  Result<std::unique_ptr<storage::Store>> open(const std::string& where) const {
    const bool sqlite = where.starts_with("sqlite:");
    const storage::EngineOptions options{
        .folder = sqlite ? where.substr(7) : "",
        .clock = clock,
        .retention = {.age = keep, .bytes = 0, .minutes = milliseconds(0), .hours = milliseconds(0)},
        .chunk_samples = 24,
        .background = false};
    return sqlite ? storage::SqliteStore::open(options) : database(where).open(options);
  }
  Stores stores() const {
    return {.open = [this](const std::string& where) { return open(where); },
            .look = [this](const std::string& where) -> Result<Place> {
              if (where.starts_with("postgres:")) {
                const std::string meta = "to_regclass('" + database(where).schema() + ".meta')";
                return Place{.there = postgres.query("SELECT count(" + meta + ")") > 0, .free_bytes = {}};
              }
              if (!where.starts_with("sqlite:")) return Error(Code::kInvalidArgument, where + ": no URL of a store");
              return Place{.there = std::filesystem::exists(where.substr(7) + "/oreum.db"), .free_bytes = {}};
            },
            .try_writing = {},
            .scratch = [this](const std::string& where) -> Result<std::string> {
              return where == url("pg") ? url("pg-rehearsal") : where + "/rehearsal";
            },
            .copy = [](storage::Store& from, const std::string& where) -> Status {
              if (where.starts_with("postgres:")) return Error(Code::kUnimplemented, "no file");
              return storage::copy_store(from, where);
            },
            .remove = [this](const std::string& where) -> Status {
              if (where.starts_with("postgres:")) {
                postgres.exec("DROP SCHEMA " + database(where).schema() + " CASCADE");
                return {};
              }
              for (const char* suffix : {"", "-wal", "-shm"}) {
                std::filesystem::remove(where.substr(7) + "/oreum.db" + suffix);
              }
              return {};
            }};
  }

  void fill(uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; ++i) {
      const auto result = manager->store().append(odd_batch(i));
      ASSERT_TRUE(result.has_value()) << result.error().to_string();
      ASSERT_TRUE(model.append(odd_batch(i)).conflict_count == result->conflict_count);
      if (i % 40 == 39) {
        ASSERT_TRUE(manager->store().seal().has_value());
      }
    }
  }
  /// Waits; fails when a problem stays.
  void wait_for(State state) {
    const auto give_up = Monotonic::now() + std::chrono::seconds(60);
    for (;;) {
      const MigrationStatus status = manager->status();
      if (status.migration && status.migration->state == state && status.asked.empty()) return;
      ASSERT_LT(Monotonic::now(), give_up) << status.to_json();
      std::this_thread::yield();
    }
  }
  /// Until the store that follows has everything that was written before.
  void wait_until_followed() {
    const int64_t position = manager->store().migratable()->position();
    const auto give_up = Monotonic::now() + std::chrono::seconds(60);
    while (manager->status().stream.journal < position) {
      ASSERT_LT(Monotonic::now(), give_up) << manager->status().to_json();
      std::this_thread::yield();
    }
  }
  void do_and_wait(Event event, State state) {
    const uint64_t before = manager->status().commands;
    const Status asked = manager->ask(event);
    ASSERT_TRUE(asked.has_value()) << asked.error().to_string();
    const auto give_up = Monotonic::now() + std::chrono::seconds(60);
    while (manager->status().commands == before) {
      ASSERT_LT(Monotonic::now(), give_up) << manager->status().to_json();
      std::this_thread::yield();
    }
    ASSERT_EQ(manager->status().refused, "");
    wait_for(state);
  }
  /// The content of the store that is not that of record, once it has followed.
  Content content_of(const std::string& name) {
    manager.reset();
    const auto store = open(url(name));
    EXPECT_TRUE(store.has_value());
    return content(**store);
  }

  oreum::test::TempDir dir;
  static constexpr auto kServer = storage::test::Kind::kPostgres;
  static storage::test::Kind kind() {
    return storage::test::available(kServer) ? kServer : storage::test::Kind::kSqlite;
  }
  const storage::test::StoreDatabase& database(const std::string& where) const {
    return where == url("pg") ? postgres : rehearsal;
  }
  storage::test::StoreDatabase postgres{kind()};
  storage::test::StoreDatabase rehearsal{kind()};
  SystemClock clock;
  milliseconds keep{0};  // the age of raw samples to be dropped; 0: none
  storage::test::Model model;
  std::unique_ptr<Manager> manager;
};

}  // namespace oreum::migrate::test
