#include "migrate/plan.h"

#include <fmt/core.h>

#include "encoding/json_writer.h"
#include "migrate/record.h"
#include "storage/catalog.h"
#include "storage/migratable.h"

namespace oreum::migrate {

namespace {

constexpr double kRoomFactor = 1.2;  // write-ahead log and growth meanwhile
// Copying, playing and comparing together, measured: some 40 MB a second on two cores with a slow disk.
constexpr double kBytesPerMs = 40'000;
// Comparing decodes both sides.
constexpr double kSamplesPerMs = 25'000;

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

Result<Plan> make_plan(storage::Store& from, const std::string& from_url, const std::string& to, const Stores& stores) {
  Plan plan{.from = without_password(from_url), .to = without_password(to)};
  const storage::StoreStats stats = from.stats();
  plan.series = stats.series;
  plan.samples = stats.samples;
  plan.packs = stats.packs;
  plan.bytes = stats.disk_bytes;
  plan.estimate = milliseconds(1 + static_cast<int64_t>(static_cast<double>(plan.bytes) / kBytesPerMs +
                                                        static_cast<double>(plan.samples) / kSamplesPerMs));
  if (to == from_url) {
    plan.obstacles.push_back(fmt::format("{} is the store to be migrated itself: name another", plan.to));
    return plan;
  }
  auto place = stores.look(to);
  if (!place) {
    if (place.error().code() == Code::kInvalidArgument) return std::move(place).error();
    plan.obstacles.push_back(place.error().to_string());
    return plan;
  }
  plan.target_there = place->there;
  plan.free_bytes = place->free_bytes;
  const auto wanted = static_cast<uint64_t>(static_cast<double>(plan.bytes) * kRoomFactor);
  if (plan.free_bytes && *plan.free_bytes < wanted) {
    plan.obstacles.push_back(fmt::format("{} has room for {} bytes, {} are wanted: make room, or choose another place",
                                         plan.to, *plan.free_bytes, wanted));
  }
  if (!place->there) return plan;
  if (place->instance == from.instance_id()) {
    plan.obstacles.push_back(itself(to));
    return plan;
  }
  const auto target = stores.open(to);
  if (!target) {
    plan.obstacles.push_back(target.error().to_string());
    return plan;
  }
  TRY_ASSIGN(Fitness fit, fitness(from, **target, to));
  if (!fit.obstacle.empty()) plan.obstacles.push_back(std::move(fit.obstacle));
  return plan;
}

std::string Plan::to_json() const {
  std::string out;
  encoding::JsonWriter json(out);
  json.begin_object().member("from", std::string_view(from)).member("to", std::string_view(to));
  json.member("series", series).member("samples", samples).member("packs", packs).member("bytes", bytes);
  json.member("target_there", target_there).key("free_bytes");
  if (free_bytes) {
    json.value(*free_bytes);
  } else {
    json.null();
  }
  json.member("estimated_seconds", static_cast<double>(estimate.count()) / 1000);
  json.key("obstacles").begin_array();
  for (const std::string& obstacle : obstacles) json.value(std::string_view(obstacle));
  json.end_array().end_object();
  return out;
}

}  // namespace oreum::migrate
