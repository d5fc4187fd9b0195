#include "transfer/legacy_value.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>
#include <boost/json.hpp>

namespace oreum::transfer {

namespace {

namespace json = boost::json;
using Labels = std::vector<std::pair<std::string, std::string>>;

// --- The rules ---

/// Other words for a subject.
struct Alias {
  std::string_view word;
  std::string_view subject;
};
constexpr std::array kAliases{
    Alias{"mem", "memory"},
    Alias{"ram", "memory"},
    Alias{"virtual_memory", "memory"},
    Alias{"swap_memory", "swap"},
    Alias{"disks", "disk"},
    Alias{"disk_usage", "disk"},
    Alias{"filesystem", "disk"},
    Alias{"filesystems", "disk"},
    Alias{"partitions", "disk"},
    Alias{"net", "network"},
    Alias{"net_io", "network"},
    Alias{"net_io_counters", "network"},
    Alias{"network_io", "network"},
    Alias{"disk_io_counters", "disk_io"},
    Alias{"temperatures", "temperature"},
    Alias{"sensors", "temperature"},
    Alias{"load_avg", "load"},
    Alias{"loadavg", "load"},
    Alias{"load_average", "load"},
    Alias{"processes", "process"},
    Alias{"procs", "process"},
};

/// Metric types (and the outermost object) that say nothing: their members are subjects.
constexpr std::array<std::string_view, 8> kWrappers{"system",  "all",      "metrics", "host",
                                                    "summary", "snapshot", "stats",   ""};

/// A member of a subject that holds one thing for each of many: a list or an object by key.
struct Many {
  std::string_view subject;
  std::string_view member;
  std::string_view metric;  // what the metrics are called
  std::string_view label;   // what tells them apart
  std::string_view number;  // what a bare number among them is
};
constexpr std::array kMany{
    Many{"cpu", "per_cpu", "cpu_core", "cpu", "percent"},
    Many{"cpu", "percpu", "cpu_core", "cpu", "percent"},
    Many{"cpu", "per_core", "cpu_core", "cpu", "percent"},
    Many{"cpu", "cores", "cpu_core", "cpu", "percent"},
    Many{"cpu", "per_cpu_percent", "cpu_core", "cpu", "percent"},
    Many{"cpu", "cpu_percent_per_core", "cpu_core", "cpu", "percent"},
    Many{"cpu", "percent_per_cpu", "cpu_core", "cpu", "percent"},
    Many{"disk", "disks", "disk", "mountpoint", "percent"},
    Many{"disk", "partitions", "disk", "mountpoint", "percent"},
    Many{"disk", "mounts", "disk", "mountpoint", "percent"},
    Many{"disk", "mountpoints", "disk", "mountpoint", "percent"},
    Many{"disk", "filesystems", "disk", "mountpoint", "percent"},
    Many{"disk", "usage", "disk", "mountpoint", "percent"},
    Many{"disk", "per_disk", "disk_io", "device", ""},
    Many{"disk", "perdisk", "disk_io", "device", ""},
    Many{"disk_io", "per_disk", "disk_io", "device", ""},
    Many{"disk_io", "perdisk", "disk_io", "device", ""},
    Many{"network", "interfaces", "network", "device", ""},
    Many{"network", "nics", "network", "device", ""},
    Many{"network", "per_nic", "network", "device", ""},
    Many{"network", "pernic", "network", "device", ""},
    Many{"process", "processes", "process", "pid", ""},
    Many{"process", "top", "process", "pid", ""},
};

/// Subjects whose own members are many when they are objects: {"/": {…}, "/home": {…}}.
struct Keyed {
  std::string_view subject;
  std::string_view label;
};
constexpr std::array kKeyed{Keyed{"disk", "mountpoint"}, Keyed{"disk_io", "device"}, Keyed{"network", "device"},
                            Keyed{"temperature", "sensor"}};

/// In a list of objects, the members that name an object, and the label each becomes.
struct Naming {
  std::string_view member;
  std::string_view label;
};
constexpr std::array kNaming{Naming{"mountpoint", "mountpoint"},
                             Naming{"mount", "mountpoint"},
                             Naming{"path", "mountpoint"},
                             Naming{"device", "device"},
                             Naming{"interface", "device"},
                             Naming{"nic", "device"},
                             Naming{"pid", "pid"},
                             Naming{"cpu", "cpu"},
                             Naming{"core", "cpu"},
                             Naming{"name", "name"},
                             Naming{"label", "name"}};

// --- Their use ---

constexpr int kMaxDepth = 16;
constexpr size_t kMaxSamples = 20'000;  // of one row

std::string_view subject_of(std::string_view word) {
  for (const Alias& alias : kAliases) {
    if (alias.word == word) return alias.subject;
  }
  return word;
}

bool is_wrapper(std::string_view word) { return std::ranges::find(kWrappers, word) != kWrappers.end(); }

/// Lower case, and an underscore for whatever a metric's name cannot hold.
std::string cleaned(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    out += letter ? c : (c >= 'A' && c <= 'Z') ? static_cast<char>(c + ('a' - 'A')) : '_';
  }
  return out;
}

/// "cpu" and "percent": cpu_percent; "cpu" and "cpu_percent": the same.
std::string joined(std::string_view name, std::string_view word) {
  const std::string next = cleaned(word);
  if (name.empty() || next == name || next.starts_with(fmt::format("{}_", name))) return next;
  if (next.empty()) return std::string(name);
  return fmt::format("{}_{}", name, next);
}

class Walker {
 public:
  /// `name` of what was read so far, `subject` while its rules apply (empty: none do).
  struct Place {
    std::string name;
    std::string_view subject;
    Labels labels;
    int depth = 0;
  };

  Status walk(const json::value& value, const Place& at) {
    if (at.depth > kMaxDepth) return Error(Code::kInvalidArgument, "the value is nested too deeply");
    if (value.is_bool()) return add(at, value.get_bool() ? 1 : 0);
    if (value.is_number()) return add(at, value.to_number<double>());
    if (value.is_object()) return object(value.get_object(), at);
    if (value.is_array()) return each(value.get_array(), {"", "", at.name, "index", ""}, at);
    return {};  // null, text
  }

  std::vector<LegacySample> take() { return std::move(samples_); }

 private:
  Status add(const Place& at, double value) {
    std::string name = at.name.empty() ? "value" : at.name;
    if (name.front() >= '0' && name.front() <= '9') name.insert(0, 1, '_');
    samples_.push_back({std::move(name), at.labels, value});
    if (samples_.size() > kMaxSamples) return Error(Code::kInvalidArgument, "the value holds too many numbers");
    return {};
  }

  Status object(const json::object& members, const Place& at) {
    for (const auto& [key, child] : members) {
      const std::string_view word(key.data(), key.size());
      TRY(member(word, child, at));
    }
    return {};
  }

  Status member(std::string_view word, const json::value& child, const Place& at) {
    const bool nested = child.is_object() || child.is_array();
    const auto many = std::ranges::find_if(
        kMany, [&](const Many& rule) { return rule.subject == at.subject && rule.member == word; });
    if (nested && many != kMany.end()) return each(child, *many, at);
    if (child.is_object()) {
      const auto keyed = std::ranges::find(kKeyed, at.subject, &Keyed::subject);
      if (keyed != kKeyed.end()) return walk(child, with(at, at.name, keyed->label, word));
    }
    if (word == "value") return walk(child, {at.name, {}, at.labels, at.depth + 1});
    if (is_wrapper(at.name)) {
      const std::string clean = cleaned(word);
      const std::string_view subject = subject_of(clean);
      Place inner{nested ? std::string(subject) : clean, {}, at.labels, at.depth + 1};
      return walk_subject(child, inner, subject);
    }
    return walk(child, {joined(at.name, word), {}, at.labels, at.depth + 1});
  }

  Status walk_subject(const json::value& child, Place& inner, std::string_view subject) {
    const std::string kept(subject);
    inner.subject = kept;
    if (child.is_array()) {  // a list that stands for the subject itself: [{"mountpoint": …}, …]
      const auto keyed = std::ranges::find(kKeyed, subject, &Keyed::subject);
      if (keyed != kKeyed.end()) return each(child, {"", "", kept, keyed->label, ""}, inner);
    }
    return walk(child, inner);
  }

  static Place with(const Place& at, std::string_view name, std::string_view label, std::string_view value) {
    Place inner{std::string(name), {}, at.labels, at.depth + 1};
    inner.labels.emplace_back(label, value);
    return inner;
  }

  /// A list or an object of many.
  Status each(const json::value& many, const Many& rule, const Place& at) {
    if (const json::object* members = many.if_object()) {
      for (const auto& [key, child] : *members) {
        TRY(one(child, rule, with(at, rule.metric, rule.label, std::string_view(key.data(), key.size()))));
      }
      return {};
    }
    const json::array& items = many.get_array();
    for (size_t i = 0; i < items.size(); ++i) {
      const json::value& child = items[i];
      Place inner = with(at, rule.metric, rule.label, std::to_string(i));
      if (const json::object* item = child.if_object()) name_item(*item, rule, inner.labels);
      TRY(one(child, rule, inner));
    }
    return {};
  }

  Status one(const json::value& child, const Many& rule, Place inner) {
    const bool bare = !child.is_object() && !child.is_array();
    if (bare && !rule.number.empty()) inner.name = joined(inner.name, rule.number);
    const json::object* item = child.if_object();
    if (item == nullptr) return walk(child, inner);
    for (const auto& [key, part] : *item) {
      const std::string_view word(key.data(), key.size());
      if (is_naming(word)) continue;  // a pid is a label, not a sample
      TRY(walk(part, {word == "value" ? inner.name : joined(inner.name, word), {}, inner.labels, inner.depth + 1}));
    }
    return {};
  }

  static bool is_naming(std::string_view word) {
    return std::ranges::find(kNaming, word, &Naming::member) != kNaming.end();
  }

  /// Puts what names an item in the place of its number in the list.
  static void name_item(const json::object& item, const Many& rule, Labels& labels) {
    Labels named;
    for (const Naming& naming : kNaming) {
      const json::value* found = item.if_contains(naming.member);
      if (found == nullptr) continue;
      std::string text;
      if (found->is_string()) text = std::string(found->get_string());
      if (found->is_int64()) text = std::to_string(found->get_int64());
      const bool there = std::ranges::any_of(named, [&](const auto& l) { return l.first == naming.label; });
      if (!text.empty() && !there) named.emplace_back(naming.label, std::move(text));
    }
    if (named.empty()) return;
    const bool exact = std::ranges::any_of(named, [&](const auto& l) { return l.first == rule.label; });
    if (exact || rule.label == "index") labels.pop_back();
    labels.insert(labels.end(), named.begin(), named.end());
  }

  std::vector<LegacySample> samples_;
};

Result<std::vector<LegacySample>> read(std::string_view metric_type, const json::value& value) {
  const std::string type = cleaned(metric_type);
  const std::string subject(is_wrapper(type) ? std::string_view() : subject_of(type));
  Walker walker;
  Walker::Place place{subject, subject, {}, 0};
  // A bare number keeps the type's own name.
  if (!value.is_object() && !value.is_array()) place.name = type;
  const auto keyed = std::ranges::find(kKeyed, subject, &Keyed::subject);
  if (value.is_array() && keyed != kKeyed.end()) {
    json::object wrapped;
    wrapped[subject] = value;
    TRY(walker.walk(wrapped, {"", {}, {}, 0}));
  } else {
    TRY(walker.walk(value, place));
  }
  return walker.take();
}

}  // namespace

Result<std::vector<LegacySample>> read_legacy_value(std::string_view metric_type, std::string_view text) {
  try {
    boost::system::error_code ec;
    json::parse_options options;
    options.max_depth = kMaxDepth + 8;
    const json::value value = json::parse(text, ec, {}, options);
    if (ec) return Error(Code::kInvalidArgument, fmt::format("the value is no JSON: {}", ec.message()));
    TRY_ASSIGN(std::vector<LegacySample> samples, read(metric_type, value));
    if (samples.empty()) return Error(Code::kInvalidArgument, "the value holds no number");
    return samples;
  } catch (const std::exception& e) {  // Boost.JSON, out of memory
    return Error(Code::kInvalidArgument, fmt::format("the value cannot be read: {}", e.what()));
  }
}

}  // namespace oreum::transfer
