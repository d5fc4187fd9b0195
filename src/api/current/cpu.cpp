// Processors and load.
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <vector>

#include "api/current/current.h"

namespace oreum::api::current {

namespace {

/// The numbers of one family by the number in a label, 0, 1, 2 …: an array with a place for each.
std::map<int, double> by_number(const Families& families, std::string_view family, std::string_view label) {
  std::map<int, double> out;
  families.each(family, [&](const model::Labels& labels, double v) {
    const std::string_view text = labels.get(label);
    int number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec == std::errc()) out[number] = v;
  });
  return out;
}

void load_avg(JsonWriter& json, const Families& families) {
  constexpr std::array<std::string_view, 3> kLoads{"node_load1", "node_load5", "node_load15"};
  if (!families.value(kLoads[0])) return;
  json.key("load_avg").begin_array();
  for (const std::string_view name : kLoads) json.value(families.value(name).value_or(0));
  json.end_array();
}

}  // namespace

void cpu(JsonWriter& json, const Families& families) {
  member_of(json, "percent", families, "cpu_usage_percent");
  const std::map<int, double> cores = by_number(families, "cpu_core_usage_percent", "cpu");
  json.key("per_cpu").begin_array();
  for (const auto& [core, percent] : cores) json.value(percent);
  json.end_array();
  std::map<std::string_view, double> times;  // by mode, all cores together
  std::map<std::string_view, int> seen;      // cores
  families.each("node_cpu_seconds_total", [&](const model::Labels& labels, double v) {
    times[labels.get("mode")] += v;
    seen[labels.get("cpu")] = 1;
  });
  json.key("times").begin_object();
  for (const auto& [mode, seconds] : times) json.member(mode, std::round(seconds * 100) / 100);  // as the kernel ticks
  json.end_object();
  json.member("count", static_cast<uint64_t>(seen.empty() ? cores.size() : seen.size()));
  load_avg(json, families);
}

void load(JsonWriter& json, const Families& families) {
  member_of(json, "load1", families, "node_load1");
  member_of(json, "load5", families, "node_load5");
  member_of(json, "load15", families, "node_load15");
  load_avg(json, families);
  member_of(json, "procs_running", families, "node_procs_running");
  member_of(json, "procs_blocked", families, "node_procs_blocked");
}

}  // namespace oreum::api::current
