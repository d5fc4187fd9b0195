// Runs one collector over a tree of files standing in for a machine: tree/proc, tree/sys, tree/root.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/clock.h"
#include "base/number.h"
#include "collect/table.h"

namespace oreum::test {

/// The fixture machine of this name: tests/fixtures/<name>.
#ifdef OREUM_FIXTURES
inline std::filesystem::path fixture(std::string_view name) { return std::filesystem::path(OREUM_FIXTURES) / name; }
#endif

/// A collector, its sink and a clock that stands still until it is told. The tree may change between readings.
class CollectTree {
 public:
  CollectTree(std::string_view collector, const std::filesystem::path& tree) : sink_({}) {
    const collect::CollectorSpec* spec = collect::find_collector(collector);
    OREUM_CHECK(spec != nullptr, "no such collector in the table");
    context_.roots = {(tree / "proc").string(), (tree / "sys").string(), (tree / "root").string()};
    context_.clock = &clock_;
    make_ = spec->make;
  }

  /// To be changed before the first reading only.
  collect::Context& context() { return context_; }
  ManualClock& clock() { return clock_; }
  const collect::Sink& sink() const { return sink_; }

  /// One reading.
  Status collect() {
    if (!collector_) collector_ = make_(context_);
    sink_.begin();
    Status status = collector_->collect(sink_);
    sink_.end();
    return status;
  }

  /// The last reading: `family{label="value",…}` → value, labels sorted by name.
  std::map<std::string, double> values() const {
    std::map<std::string, double> out;
    for (size_t i = 0; i < sink_.values().size(); ++i) {
      out.emplace((*sink_.shape())[i].stored.labels.to_string(), sink_.values()[i]);
    }
    return out;
  }

  /// The last reading in the order emitted, a line `family{label="value",…} value` each, and before the first of each
  /// run of a family `# family type`. What golden tests compare.
  std::string text() const {
    std::string out;
    std::string_view family;
    for (size_t i = 0; i < sink_.values().size(); ++i) {
      const collect::Entry& entry = (*sink_.shape())[i];
      if (entry.desc.name != family) {
        family = entry.desc.name;
        out.append("# ").append(family).append(" ").append(model::type_name(entry.desc.type)).append("\n");
      }
      out.append(entry.stored.labels.to_string()).append(" ");
      append_double(out, sink_.values()[i]);
      out.append("\n");
    }
    return out;
  }

 private:
  ManualClock clock_{TimestampMs{1'700'000'000'000}};
  collect::Context context_;
  collect::Sink sink_;
  std::unique_ptr<collect::Collector> (*make_)(const collect::Context&) = nullptr;
  std::unique_ptr<collect::Collector> collector_;
};

/// text() of one reading, or "error: …\n" after what was emitted before it failed.
inline std::string read_tree(std::string_view collector, const std::filesystem::path& tree) {
  CollectTree run(collector, tree);
  const Status status = run.collect();
  return status ? run.text() : run.text() + "error: " + status.error().message() + "\n";
}

}  // namespace oreum::test
