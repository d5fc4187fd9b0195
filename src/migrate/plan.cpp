#include "migrate/plan.h"

#include <fmt/core.h>

#include "encoding/json_writer.h"
#include "migrate/estimate.h"
#include "migrate/record.h"
#include "storage/catalog.h"
#include "storage/migratable.h"

namespace oreum::migrate {

namespace {

constexpr double kRoomFactor = 1.2;               // write-ahead log and growth meanwhile
constexpr uint64_t kRoomForJournal = 64'000'000;  // rows stay until they are copied
// Retention and "now" go by the clock of whoever writes: after a move nothing may lie in the future, or be old at once.
constexpr milliseconds kMostClockDifference{5 * 60'000};

std::string itself(const std::string& url) {
  return fmt::format("{} is the store to be migrated itself, or a copy of it: name another", without_password(url));
}

}  // namespace

Result<Fitness> fitness(storage::Store& from, storage::Store& to, const std::string& to_url) {
  if (to.migratable() == nullptr || from.migratable() == nullptr) {
    return Fitness{.obstacle = fmt::format("stores of the kinds {} and {} cannot be migrated between", from.describe(),
                                           to.describe())};
  }
  if (from.instance_id() == to.instance_id()) {
    return Fitness{.obstacle = itself(to_url)};
  }
  TRY_ASSIGN(const std::optional<std::string> made_for, to.migratable()->record(kRecordMadeFor));
  if (made_for == from.instance_id()) return Fitness{.obstacle = {}, .leftover = true};
  const storage::StoreStats stats = to.stats();
  if (made_for || stats.samples > 0 || stats.series > 0) {
    return Fitness{.obstacle = fmt::format("{} holds {} samples of {} series that do not come from this store "
                                           "(instance {}): name an empty place, or move them away",
                                           without_password(to_url), stats.samples, stats.series, to.instance_id())};
  }
  return Fitness{};
}

namespace {

void check_room(Plan& plan) {
  const auto check = [&](const std::string& where, std::optional<uint64_t> there, uint64_t wanted, const char* why) {
    if (!there || *there >= wanted) return;
    plan.obstacles.push_back(fmt::format(
        "{} has room for {} bytes, {} are wanted{}: make room, or choose another place", where, *there, wanted, why));
  };
  check(plan.to, plan.free_bytes, plan.wanted_bytes, "");
  check(plan.from, plan.source_free_bytes, plan.source_wanted_bytes, " for what is written while it is copied");
}

void check_clock(Plan& plan, std::optional<TimestampMs> theirs, TimestampMs ours) {
  if (!theirs) return;
  plan.clock_ahead = *theirs - ours;
  if (std::chrono::abs(*plan.clock_ahead) < kMostClockDifference) return;
  const bool ahead = plan.clock_ahead->count() > 0;
  plan.obstacles.push_back(
      fmt::format("the clock of {} is {} {} this machine's: set the one that is wrong "
                  "(timedatectl, or an NTP service), and look again",
                  plan.to, format_duration(std::chrono::abs(*plan.clock_ahead)), ahead ? "ahead of" : "behind"));
}

}  // namespace

Result<Plan> make_plan(const PlanFor& asked) {
  const std::string& to = asked.to;
  Plan plan{.from = without_password(asked.from_url), .to = without_password(to)};
  const storage::StoreStats stats = asked.from.stats();
  plan.series = stats.series;
  plan.samples = stats.samples;
  plan.packs = stats.packs;
  plan.bytes = stats.disk_bytes;
  plan.wanted_bytes = static_cast<uint64_t>(static_cast<double>(plan.bytes) * kRoomFactor);
  plan.source_wanted_bytes = kRoomForJournal;
  if (to == asked.from_url) {
    plan.obstacles.push_back(fmt::format("{} is the store to be migrated itself: name another", plan.to));
    return plan;
  }
  auto place = asked.stores.look(to);
  if (!place) {
    if (place.error().code() == Code::kInvalidArgument) return std::move(place).error();
    plan.obstacles.push_back(place.error().to_string());
    return plan;
  }
  plan.target_there = place->there;
  plan.free_bytes = place->free_bytes;
  if (const auto own = asked.stores.look(asked.from_url)) plan.source_free_bytes = own->free_bytes;
  check_room(plan);
  check_clock(plan, place->clock, asked.clock.now());
  if (place->there && place->instance == asked.from.instance_id()) {
    plan.obstacles.push_back(itself(to));
    return plan;
  }
  if (asked.with_trial) {
    const Estimate time = estimate(asked.from, stats, to, asked.stores);
    plan.estimate = time.time;
    plan.measured = time.measured;
  }
  if (!place->there) return plan;
  const auto target = asked.stores.open(to);
  if (!target) {
    plan.obstacles.push_back(target.error().to_string());
    return plan;
  }
  TRY_ASSIGN(Fitness fit, fitness(asked.from, **target, to));
  if (!fit.obstacle.empty()) plan.obstacles.push_back(std::move(fit.obstacle));
  return plan;
}

std::string Plan::to_json() const {
  std::string out;
  encoding::JsonWriter json(out);
  json.begin_object().member("from", std::string_view(from)).member("to", std::string_view(to));
  json.member("series", series).member("samples", samples).member("packs", packs).member("bytes", bytes);
  json.member("target_there", target_there);
  const auto room = [&](std::string_view key, const std::optional<uint64_t>& value) {
    json.key(key);
    if (value) {
      json.value(*value);
    } else {
      json.null();
    }
  };
  room("free_bytes", free_bytes);
  json.member("wanted_bytes", wanted_bytes);
  room("source_free_bytes", source_free_bytes);
  json.member("source_wanted_bytes", source_wanted_bytes).key("clock_ahead_seconds");
  if (clock_ahead) {
    json.value(static_cast<double>(clock_ahead->count()) / 1000);
  } else {
    json.null();
  }
  json.member("estimated_seconds", static_cast<double>(estimate.count()) / 1000).member("measured", measured);
  json.key("obstacles").begin_array();
  for (const std::string& obstacle : obstacles) json.value(std::string_view(obstacle));
  json.end_array().end_object();
  return out;
}

}  // namespace oreum::migrate
