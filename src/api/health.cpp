// GET /api/v1/health and /readyz.
#include <algorithm>
#include <array>
#include <vector>

#include <fmt/core.h>

#include "api/resources.h"
#include "base/file.h"
#include "encoding/json_writer.h"
#include "migrate/manager.h"

namespace oreum::api {

namespace {

enum class State { kOk, kDegraded, kFailing };

std::string_view state_name(State state) {
  constexpr std::array<std::string_view, 3> kNames{"ok", "degraded", "failing"};
  return kNames.at(static_cast<size_t>(state));
}

struct Part {
  std::string_view name;
  State state = State::kOk;
  std::vector<std::string> reasons = {};

  void add(State at_least, std::string reason) {
    state = std::max(state, at_least);
    reasons.push_back(std::move(reason));
  }
};

Part store_health(const Services& services) {
  Part part{"store"};
  if (const Status healthy = services.store.healthy(); !healthy) part.add(State::kFailing, healthy.error().to_string());
  if (const auto spool = services.store.spool(); spool && spool->active) {
    part.add(State::kDegraded, fmt::format("about {} samples wait in the spool for the database{}{}", spool->samples,
                                           spool->problem.empty() ? "" : ": ", spool->problem));
  }
  return part;
}

Part collectors_health(const Services& services) {
  Part part{"collectors"};
  if (!services.latest) return part;  // nothing is collected here, on purpose
  const auto snapshot = services.latest();
  if (!snapshot || snapshot->readings.empty()) {
    part.add(State::kDegraded, "nothing has been collected yet");
    return part;
  }
  constexpr milliseconds kLeastPatience{10'000};
  const milliseconds age = services.clock.now() - snapshot->t;
  if (age > std::max(3 * services.interval, kLeastPatience)) {
    part.add(State::kDegraded, fmt::format("the last collection is {} old", format_duration(age)));
  }
  const auto failing_now = [&](std::string_view collector) {
    return std::any_of(snapshot->readings.begin(), snapshot->readings.end(),
                       [&](const auto& reading) { return reading->collector == collector && !reading->success; });
  };
  // Not every collector without success counts: most are for hardware that is not here.
  snapshot->each("oreum_collect_failures_total", [&](const collect::Entry& entry, double) {
    const std::string_view collector = entry.labels.get("collector");
    if (failing_now(collector)) part.add(State::kDegraded, fmt::format("the collector {} fails", collector));
  });
  return part;
}

Part disk_health(const Services& services) {
  Part part{"disk"};
  if (services.data_dir.empty()) return part;
  constexpr uint64_t kLow = uint64_t{256} << 20;
  constexpr uint64_t kFull = uint64_t{16} << 20;
  const Result<uint64_t> free = free_bytes(services.data_dir);
  if (!free) {
    part.add(State::kDegraded, free.error().to_string());
  } else if (*free < kLow) {
    part.add(*free < kFull ? State::kFailing : State::kDegraded,
             fmt::format("only {} MiB are free on the disk of {}", *free >> 20, services.data_dir.string()));
  }
  return part;
}

Part backups_health(const Services& services) {
  Part part{"backups"};
  if (services.backups == nullptr) return part;
  const backup::KeeperStatus status = services.backups->status();
  if (status.failure)
    part.add(State::kDegraded, fmt::format("the last backup failed: {}", status.failure->to_string()));
  return part;
}

/// What keeps a migration from going on, or this process from going along with one. Serving goes on meanwhile.
Part migration_health(const Services& services) {
  Part part{"migration"};
  if (services.migrations == nullptr) return part;
  if (const std::string problem = services.migrations->progress().problem; !problem.empty()) {
    part.add(State::kDegraded, problem);
  }
  return part;
}

/// The store of record says which level this is: what stands around it does not change where samples are kept.
void write_level(encoding::JsonWriter& json, const std::string& store) {
  const bool shared = store == "postgres";
  json.key("level").begin_object().member("number", static_cast<int64_t>(shared ? 2 : 1));
  json.member("name", std::string_view(shared ? "production" : "local"))
      .member("store", std::string_view(store))
      .end_object();
}

}  // namespace

CallHandler make_health(const Services& services) {
  return [&services](const Call&) -> Result<net::Response> {
    const std::array<Part, 5> parts{store_health(services), collectors_health(services), disk_health(services),
                                    backups_health(services), migration_health(services)};
    State worst = State::kOk;
    for (const Part& part : parts) worst = std::max(worst, part.state);
    net::Response response = json_response({});
    response.status = worst == State::kFailing ? 503 : 200;
    encoding::JsonWriter json(response.body);
    json.begin_object().member("status", state_name(worst)).member("version", services.version);
    json.member("instance", services.instance).member("started", format_rfc3339(services.started));
    write_level(json, services.store.describe());
    json.key("components").begin_object();
    for (const Part& part : parts) {
      json.key(part.name).begin_object().member("status", state_name(part.state)).key("reasons").begin_array();
      for (const std::string& reason : part.reasons) json.value(reason);
      json.end_array().end_object();
    }
    json.end_object().end_object();
    return response;
  };
}

CallHandler make_ready(const Services& services) {
  return [&services](const Call&) -> Result<net::Response> {
    const Status healthy = services.store.healthy();
    net::Response response{200, {{"Content-Type", "text/plain; charset=utf-8"}}, "ready\n"};
    if (!healthy) {
      response.status = 503;
      response.body = healthy.error().to_string() + "\n";
    }
    return response;
  };
}

}  // namespace oreum::api
