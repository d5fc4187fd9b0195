// GET /api/v1/targets: the collectors and the agents that push, in the shape of scraped targets; and scrape_pools.
#include <algorithm>

#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/form.h"
#include "encoding/json_writer.h"

namespace oreum::api::prometheus {

namespace {

using encoding::JsonWriter;

/// A target as the API shows it.
struct Target {
  std::string pool;
  std::string url;
  std::vector<std::pair<std::string_view, std::string>> discovered;  // sorted by name, as the labels are
  std::vector<std::pair<std::string_view, std::string>> labels;
  std::string error;
  TimestampMs last;
  double seconds = 0;
  bool up = false;
  milliseconds interval{0};
};

constexpr milliseconds kSilence{300'000};  // an agent that has been silent for longer is down

std::vector<Target> targets_of(const Services& services, const Pushers& pushers) {
  std::vector<Target> all;
  if (const auto snapshot = services.latest ? services.latest() : nullptr) {
    for (const auto& reading : snapshot->readings) {
      Target target{.pool = "collect", .url = fmt::format("http://{}/metrics", services.instance)};
      target.discovered = {{"__address__", services.instance},
                           {"__metrics_path__", "/metrics"},
                           {"__scheme__", "http"},
                           {"collector", std::string(reading->collector)},
                           {"job", "node"}};
      target.labels = {
          {"collector", std::string(reading->collector)}, {"instance", services.instance}, {"job", "node"}};
      target.error = reading->error;
      target.last = reading->t;
      target.seconds = reading->seconds;
      target.up = reading->success;
      target.interval = services.interval;
      all.push_back(std::move(target));
    }
  }
  for (Pusher& pusher : pushers.all()) {
    Target target{.pool = pusher.protocol, .url = fmt::format("http://{}/", pusher.address)};
    target.discovered = {{"__address__", pusher.address},
                         {"__metrics_path__", "/"},
                         {"__scheme__", "http"},
                         {"__user_agent__", pusher.agent},
                         {"job", pusher.protocol}};
    target.labels = {{"instance", pusher.address}, {"job", pusher.protocol}};
    target.up = pusher.error.empty() && services.clock.now() - pusher.last <= kSilence;
    target.error = std::move(pusher.error);
    target.last = pusher.last;
    target.seconds = std::chrono::duration<double>(pusher.took).count();
    all.push_back(std::move(target));
  }
  std::stable_sort(all.begin(), all.end(), [](const Target& a, const Target& b) { return a.pool < b.pool; });
  return all;
}

void append_map(JsonWriter& json, std::string_view key,
                const std::vector<std::pair<std::string_view, std::string>>& map) {
  json.key(key).begin_object();
  for (const auto& [name, value] : map) json.member(name, value);
  json.end_object();
}

void append_target(JsonWriter& json, const Target& target) {
  json.begin_object();
  append_map(json, "discoveredLabels", target.discovered);
  append_map(json, "labels", target.labels);
  json.member("scrapePool", target.pool).member("scrapeUrl", target.url).member("globalUrl", target.url);
  json.member("lastError", target.error).member("lastScrape", format_rfc3339(target.last));
  json.member("lastScrapeDuration", target.seconds).member("health", target.up ? "up" : "down");
  json.member("scrapeInterval", format_duration(target.interval));
  json.member("scrapeTimeout", format_duration(target.interval)).end_object();
}

}  // namespace

CallHandler make_targets(const Services& services, const Pushers& pushers) {
  return [&services, &pushers](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    const std::string_view state = form.get("state");
    const std::string_view pool = form.get("scrapePool");
    std::string body(kSuccess);
    JsonWriter json(body);
    json.begin_object().key("activeTargets").begin_array();
    if (state != "dropped") {
      for (const Target& target : targets_of(services, pushers)) {
        if (pool.empty() || pool == target.pool) append_target(json, target);
      }
    }
    json.end_array().key("droppedTargets").begin_array().end_array();
    // Prometheus leaves the counts out where dropped targets are not asked for.
    json.key("droppedTargetCounts");
    if (state == "active") {
      json.null();
    } else {
      json.begin_object().end_object();
    }
    json.end_object();
    return finish(std::move(body));
  };
}

CallHandler make_scrape_pools(const Services& services, const Pushers& pushers) {
  return [&services, &pushers](const Call&) -> Result<net::Response> {
    std::vector<std::string> pools;
    for (Target& target : targets_of(services, pushers)) {
      if (pools.empty() || pools.back() != target.pool) pools.push_back(std::move(target.pool));
    }
    std::string body(kSuccess);
    body += R"({"scrapePools":)";
    append_texts(body, pools);
    body += '}';
    return finish(std::move(body));
  };
}

}  // namespace oreum::api::prometheus
