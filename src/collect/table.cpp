#include "collect/table.h"

#include <array>

#include "collect/linux/collectors.h"

namespace oreum::collect {

namespace {

constexpr auto kCollectors = std::to_array<CollectorSpec>({
    // clang-format off
    {"loadavg", Lane::kFast, "Load averages from /proc/loadavg.", make_loadavg},
    {"processes", Lane::kSlow, "Processes by state, and by name the ones that use most.", make_processes},
    {"textfile", Lane::kSlow, "Metrics that scripts leave in *.prom files.", make_textfile},
    // clang-format on
});

}  // namespace

std::span<const CollectorSpec> all_collectors() { return kCollectors; }

const CollectorSpec* find_collector(std::string_view name) {
  for (const CollectorSpec& spec : kCollectors) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

}  // namespace oreum::collect
