// Kills a process that appends to a store, in SQLite or (crash_store postgres) in a PostgreSQL server of its own, at
// every fault point and at random moments, opens what is left and checks: every acknowledged sample is there once and
// to the bit, a batch is there whole or not at all, and nothing else is there.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/number.h"
#include "db/sqlite.h"
#include "storage/fault_points.h"
#include "storage/open_store.h"
#include "support/odd_values.h"
#include "support/store_database.h"

namespace oreum::storage {
namespace {

using test::Kind;
using test::StoreDatabase;

constexpr int64_t kStepMs = 1000;
constexpr int64_t kKeptBatches = 200;  // older ones are for the retention to delete
constexpr uint32_t kBatchesInALife = 120;

/// Batch number k: the same in every process. Series come and go; some samples are late; none contradict.
model::Batch make_batch(uint32_t k) {
  model::Batch batch;
  std::mt19937_64 random(k);
  for (uint32_t s = 0; s < 12; ++s) {
    const uint32_t number = s < 8 ? s : s + k / 20 * 4;
    const model::Series& series =
        batch.own(model::Series(model::Labels::of({{model::kMetricName, "m"}, {"n", fmt::format("{}", number)}})));
    const double v = random() % 3 == 0 ? oreum::test::odd_value(random()) : static_cast<double>(random() % 1000) / 100;
    batch.add(series, {k * kStepMs}, v);
    // Late by up to 50 batches; k in the milliseconds keeps it apart from all others.
    if (random() % 4 == 0) {
      batch.add(series, {(k - static_cast<int64_t>(random() % 50)) * kStepMs + 1 + k % 997}, v + 1);
    }
  }
  return batch;
}

EngineOptions options(const StoreDatabase& database, const Clock& clock) {
  EngineOptions o{.folder = database.folder(), .clock = clock};
  o.chunk_samples = 16;
  o.retention = {.age = milliseconds(kKeptBatches * kStepMs), .bytes = 0};
  return o;
}

/// The child: appends from batch `first` on and writes each acknowledged number to the pipe.
[[noreturn]] void live(const StoreDatabase& database, uint32_t first, int pipe) {
  ManualClock clock(TimestampMs{first * kStepMs});
  const auto store = database.open(options(database, clock));
  OREUM_CHECK(store.has_value(), store ? "" : store.error().to_string());
  for (uint32_t k = first; k < first + kBatchesInALife; ++k) {
    clock.set({k * kStepMs});
    const auto result = (*store)->append(make_batch(k));
    OREUM_CHECK(result.has_value(), result ? "" : result.error().to_string());
    OREUM_CHECK(::write(pipe, &k, sizeof k) == sizeof k, "the pipe");
    if (k % 10 == 9) OREUM_CHECK((*store)->seal().has_value(), "seal");
    if (k % 20 == 19) OREUM_CHECK((*store)->compact().has_value(), "compact");
    if (k % 15 == 14) OREUM_CHECK((*store)->roll_up({86'400'000}).has_value(), "rollups");
    if (k % 25 == 24) OREUM_CHECK((*store)->apply_retention(clock.now()).has_value(), "retention");
  }
  ::kill(::getpid(), SIGKILL);  // a death like any other
  for (;;) ::pause();
}

using Samples = std::map<std::pair<std::string, int64_t>, uint64_t>;

Samples read_all(const Store& store) {
  Samples all;
  const auto querier = store.querier(TimestampMs::min(), TimestampMs::max());
  OREUM_CHECK(querier.has_value(), "querier");
  const auto set = (*querier)->select({});
  OREUM_CHECK(set.has_value(), "select");
  Columns columns;
  while ((*set)->next()) {
    const Status status = (*set)->read(columns);
    OREUM_CHECK(status.has_value(), status ? "" : status.error().to_string());
    for (size_t i = 0; i < columns.t.size(); ++i) {
      const bool fresh =
          all.emplace(std::pair((*set)->series().labels.encoded(), columns.t[i]), std::bit_cast<uint64_t>(columns.v[i]))
              .second;
      OREUM_CHECK(fresh, "a sample is there twice");
    }
  }
  return all;
}

/// What the parent knows of one folder.
struct Folder {
  explicit Folder(Kind kind) : database(kind) {}

  StoreDatabase database;
  std::set<uint32_t> acknowledged;
  uint32_t next = 100;  // the batch that was never acknowledged; it may have been stored
  uint64_t checked = 0;

  void check() {
    ManualClock clock(TimestampMs{next * kStepMs});
    EngineOptions o = options(database, clock);
    o.background = false;
    const auto store = database.open(o);
    OREUM_CHECK(store.has_value(), store ? "" : store.error().to_string());
    check_rows();
    Samples there = read_all(**store);
    OREUM_CHECK((*store)->stats().samples == there.size(), "the count of samples is wrong");
    const int64_t horizon = (next - kKeptBatches) * kStepMs;
    for (const uint32_t k : acknowledged) expect(k, there, horizon, true);
    // Its life may have ended between the commit and the acknowledgement.
    if (!acknowledged.contains(next)) expect(next, there, horizon, false);
    OREUM_CHECK(there.empty(), "a sample that was never sent");
  }

  void check_rows() const {
    const auto report = check_store(database.url());
    OREUM_CHECK(report.has_value(), report ? "" : report.error().to_string());
    OREUM_CHECK(report->clean(), report->clean() ? "" : report->findings.front().what);
  }

  /// Takes batch k's samples off `there`.
  void expect(uint32_t k, Samples& there, int64_t horizon, bool must) {
    const model::Batch batch = make_batch(k);
    size_t found = 0;
    size_t due = 0;
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto it = there.find({std::string(batch.labels()[i]), batch.times()[i].ms});
      const bool kept = batch.times()[i].ms >= horizon;
      due += kept ? 1 : 0;
      if (it == there.end()) {
        OREUM_CHECK(!must || !kept, fmt::format("batch {} lost a sample", k));
        continue;
      }
      OREUM_CHECK(it->second == std::bit_cast<uint64_t>(batch.values()[i]), "other bits");
      found += kept ? 1 : 0;
      there.erase(it);
      ++checked;
    }
    OREUM_CHECK(found == 0 || found == due, fmt::format("a part of batch {}", k));
  }
};

struct Death {
  std::string_view point;  // empty: after `acks` acknowledgements and `wait_us` more
  int nth = 1;
  uint32_t acks = 0;
  long wait_us = 0;
};

/// One life and death in the folder.
void round(Folder& folder, const Death& death) {
  int ends[2];
  OREUM_CHECK(::pipe(ends) == 0, "pipe");
  const pid_t child = ::fork();
  OREUM_CHECK(child >= 0, "fork");
  if (child == 0) {
    ::close(ends[0]);
    if (!death.point.empty()) fault::arm(death.point, fault::Action::kKill, death.nth);
    live(folder.database, folder.next, ends[1]);
  }
  ::close(ends[1]);
  const Fd pipe(ends[0]);
  uint32_t k = 0;
  for (uint32_t acks = 0;; ++acks) {
    if (death.point.empty() && acks == death.acks) {
      pollfd readable{pipe.get(), POLLIN, 0};
      const timespec wait{0, death.wait_us * 1000};
      ::ppoll(&readable, 0, &wait, nullptr);  // the moment is the point of the test, not a synchronisation
      ::kill(child, SIGKILL);
    }
    if (::read(pipe.get(), &k, sizeof k) != sizeof k) break;
    folder.acknowledged.insert(k);
    folder.next = k + 1;
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  OREUM_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the child did not die of the kill");
  folder.check();
}

int run(Kind kind) {
  const auto number = [](const char* name, uint64_t otherwise) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? otherwise : parse_u64(text).value_or(otherwise);
  };
  const uint64_t rounds = number("OREUM_CRASH_ROUNDS", 80);
  const uint64_t seed = number("OREUM_CRASH_SEED", std::random_device()());
  fmt::print("crash_store: {} rounds, OREUM_CRASH_SEED={}\n", rounds, seed);
  std::fflush(stdout);
  std::mt19937_64 random(seed);
  std::vector<std::string_view> points(kFaultPoints.begin(), kFaultPoints.end());
  std::string_view step = db::kFaultStep;
  if (kind == Kind::kSqlite) {
    points.insert(points.end(), {db::kFaultStep, db::kFaultCommit});
  } else {
    step = db::kFaultPgStep;
    std::erase(points, kFaultCreateBeforeRename);  // it makes no file
    points.insert(points.end(), {db::kFaultPgStep, db::kFaultPgCommit, db::kFaultPgLost});
  }
  std::unique_ptr<Folder> folder;
  uint64_t checked = 0;
  for (uint64_t i = 0; i < rounds; ++i) {
    // A new folder now and then: its making is killed, too.
    if (i % 12 == 0) folder = std::make_unique<Folder>(kind);
    Death death;
    if (i % 3 == 2) {
      death.acks = static_cast<uint32_t>(random() % 60);
      death.wait_us = static_cast<long>(random() % 20'000);
    } else {
      death.point = points[(i - i / 3) % points.size()];
      death.nth = death.point == step ? 1 + static_cast<int>(random() % 2000) : 1 + static_cast<int>(random() % 3);
    }
    fmt::print("round {}: {} @{} acks {} wait {} us\n", i, death.point, death.nth, death.acks, death.wait_us);
    std::fflush(stdout);
    folder->checked = 0;
    round(*folder, death);
    checked += folder->checked;
  }
  fmt::print("crash_store: {} samples found in place\n", checked);
  return checked > 0 ? 0 : 1;
}

}  // namespace
}  // namespace oreum::storage

int main(int argc, char** argv) {
  using oreum::storage::test::Kind;
  const Kind kind = argc > 1 && std::string_view(argv[1]) == "postgres" ? Kind::kPostgres : Kind::kSqlite;
  if (oreum::storage::test::available(kind)) return oreum::storage::run(kind);
  fmt::print("crash_store: no PostgreSQL server is installed\n");
  return 77;  // skipped, says ctest
}
