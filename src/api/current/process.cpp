// Processes, containers and the host itself.
#include <array>
#include <map>
#include <vector>

#include "api/current/current.h"
#include "base/time.h"

namespace oreum::api::current {

namespace {

/// The labels of an information metric, under the names given here.
void members_of_info(JsonWriter& json, const Families& families, std::string_view family,
                     std::span<const std::pair<std::string_view, std::string_view>> key_and_label) {
  bool done = false;
  families.each(family, [&](const model::Labels& labels, double) {
    if (std::exchange(done, true)) return;
    for (const auto& [key, label] : key_and_label) {
      if (const std::string_view value = labels.get(label); !value.empty()) json.member(key, value);
    }
  });
}

}  // namespace

void process(JsonWriter& json, const Families& families) {
  member_of(json, "count", families, "node_processes_pids");
  member_of(json, "threads", families, "node_processes_threads");
  json.key("states").begin_object();
  families.each("node_processes_state",
                [&](const model::Labels& labels, double v) { json.member(labels.get("state"), v); });
  json.end_object();
  // The processes that use most, those of one name together.
  struct Group {
    std::string_view name;
    double count = 0, cpu_seconds = 0, rss = 0;
  };
  std::map<std::string_view, Group> by_name;
  const auto read = [&](std::string_view family, double Group::* field) {
    families.each(family, [&](const model::Labels& labels, double v) {
      Group& group = by_name[labels.get("name")];
      group.name = labels.get("name");
      group.*field = v;
    });
  };
  read("node_process_count", &Group::count);
  read("node_process_cpu_seconds_total", &Group::cpu_seconds);
  read("node_process_resident_memory_bytes", &Group::rss);
  std::vector<Group> top;
  for (const auto& [name, group] : by_name) top.push_back(group);
  std::sort(top.begin(), top.end(),
            [](const Group& a, const Group& b) { return a.rss != b.rss ? a.rss > b.rss : a.name < b.name; });
  json.key("top").begin_array();
  for (const Group& group : top) {
    json.begin_object().member("name", group.name).member("count", group.count);
    json.member("cpu_seconds", group.cpu_seconds).member("rss", group.rss).end_object();
  }
  json.end_array();
}

void container(JsonWriter& json, const Families& families) {
  constexpr std::string_view kPrefix = "container_";
  struct Container {
    std::string_view name;
    std::map<std::string_view, double> figures;  // by what the family says
  };
  std::map<std::string_view, Container> containers;  // by id
  families.each_with_prefix(kPrefix, [&](std::string_view family, const model::Labels& labels, double v) {
    Container& c = containers[labels.get("id")];
    if (c.name.empty()) c.name = labels.get("name");
    // Series of one container that differ in more labels (cpu, device, interface) are parts of one figure.
    c.figures[family.substr(kPrefix.size())] += v;
  });
  json.key("containers").begin_array();
  for (const auto& [id, c] : containers) {
    json.begin_object().member("id", id).member("name", c.name);
    for (const auto& [figure, value] : c.figures) json.member(figure, value);
    json.end_object();
  }
  json.end_array();
}

void host(JsonWriter& json, const Families& families) {
  using Pair = std::pair<std::string_view, std::string_view>;
  members_of_info(
      json, families, "node_uname_info",
      std::array<Pair, 4>{
          {{"hostname", "nodename"}, {"system", "sysname"}, {"kernel", "release"}, {"machine", "machine"}}});
  members_of_info(json, families, "node_os_info", std::array<Pair, 2>{{{"os", "pretty_name"}, {"os_id", "id"}}});
  if (const auto boot = families.value("node_boot_time_seconds")) {
    json.member("boot_time", format_rfc3339({static_cast<int64_t>(*boot * 1000)}));
    json.member("uptime", static_cast<double>(families.time().ms) / 1000 - *boot);
  }
  std::map<std::string_view, int> cpus;
  families.each("node_cpu_seconds_total", [&](const model::Labels& labels, double) { cpus[labels.get("cpu")] = 1; });
  json.member("cpus", static_cast<uint64_t>(cpus.size()));
  member_of(json, "memory_total", families, "node_memory_MemTotal_bytes");
}

}  // namespace oreum::api::current
