// The collector interface. A new collector is one file in linux/ and one line in table.cpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "collect/sink.h"
#include "hostfs/hostfs.h"
#include "hostfs/shared_texts.h"
#include "model/metric.h"

namespace oreum::collect {

/// What a collector may be told from outside. Outlives every collector made with it.
struct Context {
  hostfs::Roots roots;
  const Clock* clock = nullptr;
  std::string textfile_directory;  // of *.prom files; empty: none
  size_t top_processes = 10;       // how many processes are named by CPU and by memory
  // Texts that collectors of one lane have in common.
  std::shared_ptr<hostfs::SharedTexts> shared = std::make_shared<hostfs::SharedTexts>();
};

/// Reads one subsystem. Made once, asked again and again by one thread at a time. Keeps descriptors and buffers; emits
/// the same series in the same order when nothing changed.
class Collector {
 public:
  virtual ~Collector() = default;
  /// An error marks the collection as failed (node_scrape_collector_success 0); what was emitted before it counts.
  virtual Status collect(Sink& sink) = 0;
};

/// The subsystem is not on this machine: failed, as node_exporter counts it, but nothing to log.
inline Error no_data() { return {Code::kNotFound, "no data"}; }

/// fast: every interval. slow: every few seconds, on a thread of its own, for what is dear or may hang.
enum class Lane { kFast, kSlow };

struct CollectorSpec {
  std::string_view name;  // node_exporter's name where it has one
  Lane lane;
  std::string_view help;
  std::unique_ptr<Collector> (*make)(const Context& context);  // context outlives the collector
  unsigned pace = 1;                                           // it runs at every pace-th tick of its lane
};

/// Names and helps of families that are known only at run time (node_memory_<field>_bytes). Entries live as long as
/// the cache, which lives as long as its collector.
class DescCache {
 public:
  /// The family of this name, made at the first call.
  const model::MetricDesc& get(std::string_view name, std::string_view help, model::MetricType type);

 private:
  struct Owned {
    std::string name;
    std::string help;
    model::MetricDesc desc;
  };
  std::map<std::string, std::unique_ptr<Owned>, std::less<>> owned_;
};

}  // namespace oreum::collect
