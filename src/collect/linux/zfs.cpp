// ZFS: /proc/spl/kstat/zfs, a file for each part of the module, a folder for each pool. A kstat file is
//
//   6 1 0x01 91 4368 5266997922 97951858082072
//   name                            type data
//   hits                            4    8772612
#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/core.h>

#include "base/number.h"
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

using model::MetricType;

constexpr struct {
  std::string_view file;
  std::string_view subsystem;  // in the metrics' names
} kParts[] = {
    {"abdstats", "zfs_abd"},
    {"arcstats", "zfs_arc"},
    {"dbuf_stats", "zfs_dbuf"},
    {"dmu_tx", "zfs_dmu_tx"},
    {"dnodestats", "zfs_dnode"},
    {"fm", "zfs_fm"},
    {"vdev_cache_stats", "zfs_vdev_cache"},
    {"vdev_mirror_stats", "zfs_vdev_mirror"},
    {"xuio_stats", "zfs_xuio"},
    {"zfetchstats", "zfs_zfetch"},
    {"zil", "zfs_zil"},
};

constexpr std::string_view kUint64 = "4";  // KSTAT_DATA_UINT64: every counter is of this type

constexpr model::MetricDesc kState = gauge("node_zfs_zpool_state", "kstat.zfs.misc.state");
constexpr std::string_view kStates[] = {"online", "degraded", "faulted", "offline", "removed", "unavail"};

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Calls f(name, type, data) for each line below the heading; false when there is no heading.
template <typename F>
bool each_kstat(std::string_view text, F f) {
  bool heading = false;
  hostfs::Lines lines(text);
  while (const auto line = lines.next()) {
    std::array<std::string_view, 3> field;
    const size_t count = hostfs::split_fields(*line, field);
    if (!heading) {
      heading = count == 3 && field[0] == "name" && field[1] == "type" && field[2] == "data";
    } else if (count >= 3) {
      f(field[0], field[1], field[2]);
    }
  }
  return heading;
}

class Zfs final : public Collector {
 public:
  explicit Zfs(const Context& context) : folder_(context.roots.procfs("spl/kstat/zfs")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> names, list_or_no_data(folder_.path()));
    status_ = {};
    for (const auto& [file, subsystem] : kParts) {
      // Which parts there are differs between versions of ZFS.
      if (const auto text = folder_.raw(file)) take_part(sink, file, subsystem, *text);
    }
    for (const std::string& name : names) {
      const Attributes pool = folder_.folder(name);
      for (const std::string& file : pool.names()) take_pool_file(sink, name, pool, file);
    }
    return std::move(status_);
  }

 private:
  /// node_<subsystem>_<name>, the name's dashes made underscores.
  const model::MetricDesc& desc(std::string_view subsystem, std::string_view file, std::string_view name) {
    std::string metric = fmt::format("node_{}_{}", subsystem, name);
    std::ranges::replace(metric, '-', '_');
    return descs_.get(metric, fmt::format("kstat.zfs.misc.{}.{}", file, name), MetricType::kUntyped);
  }

  void bad(std::string_view file) {
    status_ = Error(Code::kUnavailable, fmt::format("{}/{}: no kstat", folder_.path(), file));
  }

  void take_part(Sink& sink, std::string_view file, std::string_view subsystem, std::string_view text) {
    const bool good = each_kstat(text, [&](std::string_view name, std::string_view type, std::string_view data) {
      const std::optional<uint64_t> value = type == kUint64 ? parse_u64(data) : std::nullopt;
      if (value) sink.emit(desc(subsystem, file, name), static_cast<double>(*value));
    });
    if (!good) bad(file);
  }

  void take_pool_file(Sink& sink, std::string_view pool, const Attributes& folder, std::string_view file) {
    const bool objset = file.starts_with("objset-");
    if (!objset && file != "io" && file != "state") return;
    const std::optional<std::string> text = folder.raw(file);
    if (!text) return;  // the pool is being exported
    if (objset) {
      take_objset(sink, pool, file, *text);
    } else if (file == "io") {
      take_io(sink, pool, *text);
    } else {
      take_state(sink, pool, trim(*text));
    }
  }

  /// A dataset: like the module's parts, and a line of type string with its name.
  void take_objset(Sink& sink, std::string_view pool, std::string_view file, std::string_view text) {
    std::string_view dataset;
    const bool good = each_kstat(text, [&](std::string_view name, std::string_view type, std::string_view data) {
      if (name == "dataset_name") dataset = data;
      const std::optional<uint64_t> value = type == kUint64 ? parse_u64(data) : std::nullopt;
      if (!value) return;
      sink.emit(desc("zfs_zpool_dataset", "objset", name), {{"zpool", pool}, {"dataset", dataset}},
                static_cast<double>(*value));
    });
    if (!good) bad(file);
  }

  /// A line of names from "nread" on and a line of numbers.
  void take_io(Sink& sink, std::string_view pool, std::string_view text) {
    hostfs::Lines lines(text);
    std::string_view names;
    while (const auto line = lines.next()) {
      if (names.empty()) {
        if (line->starts_with("nread")) names = *line;
        continue;
      }
      hostfs::Fields name(names);
      hostfs::Fields number(*line);
      for (std::string_view n = name.next(); !n.empty(); n = name.next()) {
        const std::optional<uint64_t> value = number.next_u64();
        if (!value) return bad("io");
        sink.emit(desc("zfs_zpool", "io", n), {{"zpool", pool}}, static_cast<double>(*value));
      }
    }
  }

  static void take_state(Sink& sink, std::string_view pool, std::string_view actual) {
    for (const std::string_view state : kStates) {
      sink.emit(kState, {{"zpool", pool}, {"state", state}}, equals_ignoring_case(actual, state) ? 1 : 0);
    }
  }

  Attributes folder_;
  DescCache descs_;
  Status status_;  // of this collection: the last file that could not be understood
};

}  // namespace

std::unique_ptr<Collector> make_zfs(const Context& context) { return std::make_unique<Zfs>(context); }

}  // namespace oreum::collect
