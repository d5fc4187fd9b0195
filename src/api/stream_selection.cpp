#include "api/stream_selection.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "api/params.h"
#include "encoding/json_writer.h"
#include "promql/parse/parser.h"

namespace oreum::api {

namespace {

constexpr size_t kMaxNames = 100;
constexpr size_t kMaxSelectors = 20;

// What the first look at a machine shows.
constexpr auto kDefaultNames = std::to_array<std::string_view>(
    {"cpu_usage_percent", "memory_usage_percent", "swap_usage_percent", "disk_usage_percent", "node_load1",
     "network_receive_bytes_per_second", "network_transmit_bytes_per_second", "disk_read_bytes_per_second",
     "disk_written_bytes_per_second"});

Status add_names(std::set<std::string, std::less<>>& names, std::string_view list) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    const std::string_view name = list.substr(0, end);
    if (!model::is_valid_metric_name(name)) {
      return bad_parameter("metrics",
                           fmt::format("\"{}\" is no metric name; expected names with commas between", name));
    }
    names.emplace(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  if (names.size() > kMaxNames) return bad_parameter("metrics", fmt::format("more than {} names", kMaxNames));
  return {};
}

}  // namespace

Result<StreamSelection> StreamSelection::parse(const net::Request& request) {
  StreamSelection out;
  for (const auto& [key, value] : request.query) {
    if (key == "metrics") {
      TRY(add_names(out.names_, value));
    } else if (key == "match" || key == "match[]") {
      if (out.selectors_.size() == kMaxSelectors) {
        return bad_parameter("match", fmt::format("more than {} selectors", kMaxSelectors));
      }
      auto matchers = promql::parse_matchers(value);
      if (!matchers) return std::move(matchers).error().wrap("parameter match");
      TRY_ASSIGN(auto compiled, storage::CompiledMatchers::compile(*matchers));
      out.selectors_.push_back(std::move(compiled));
    } else {
      return bad_parameter(key, "not known here; there are metrics, match");
    }
  }
  if (out.names_.empty() && out.selectors_.empty()) out.names_.insert(kDefaultNames.begin(), kDefaultNames.end());
  return out;
}

bool StreamSelection::wants(const collect::Entry& entry) const {
  if (names_.contains(entry.desc.name)) return true;
  return std::any_of(selectors_.begin(), selectors_.end(),
                     [&](const auto& selector) { return selector.matches(entry.stored.labels); });
}

void StreamSelection::choose(Chosen& chosen, const std::shared_ptr<const collect::Shape>& shape) const {
  chosen.shape = shape;
  chosen.places.clear();
  for (size_t i = 0; i < shape->size(); ++i) {
    const collect::Entry& entry = (*shape)[i];
    if (!wants(entry)) continue;
    std::string text;
    encoding::JsonWriter json(text);
    json.begin_object().member("metric", entry.desc.name).key("labels").begin_object();
    for (const model::Label& label : entry.labels) json.member(label.name, label.value);
    json.end_object().key("value");
    chosen.places.push_back({i, std::move(text)});
  }
}

std::string StreamSelection::render(const collect::Snapshot& snapshot) {
  chosen_.resize(snapshot.readings.size());
  std::string out;
  encoding::JsonWriter json(out);
  json.begin_object().member("time", snapshot.t.ms).key("series").begin_array();
  for (size_t r = 0; r < chosen_.size(); ++r) {
    const collect::Reading& reading = *snapshot.readings[r];
    if (chosen_[r].shape != reading.shape) choose(chosen_[r], reading.shape);
    for (const auto& [at, start] : chosen_[r].places) {
      std::string item = start;
      encoding::JsonWriter(item).value(reading.values[at]);
      item += '}';
      json.raw(item);
    }
  }
  json.end_array().end_object();
  return out;
}

}  // namespace oreum::api
