// Software RAID: /proc/mdstat, a section for each array.
//
//   md1 : active raid5 sdc1[0] sdd1[1] sde1[4](F) sdf1[3]
//         11720658432 blocks super 1.2 level 5, 512k chunk, algorithm 2 [4/3] [UU_U]
//         [==>..................]  recovery = 12.6% (492310016/3906886144) finish=311.6min speed=182604K/sec
#include <fmt/core.h>

#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kDisks = gauge("node_md_disks", "Number of active/failed/spare disks of device.");
constexpr model::MetricDesc kRequired = gauge("node_md_disks_required", "Total number of disks of device.");
constexpr model::MetricDesc kBlocks = gauge("node_md_blocks", "Total number of blocks on device.");
constexpr model::MetricDesc kSynced = gauge("node_md_blocks_synced", "Number of blocks synced on device.");
constexpr model::MetricDesc kState = gauge("node_md_state", "Indicates the state of md-device.");
constexpr std::string_view kStates[] = {"active", "inactive", "recovering", "resync", "check"};

struct Array {
  std::string_view name;
  std::string_view state;  // one of kStates, or another word of the kernel's
  uint64_t disks = 0;
  uint64_t active = 0;
  uint64_t failed = 0;
  uint64_t spare = 0;
  uint64_t blocks = 0;
  uint64_t synced = 0;
};

uint64_t count(std::string_view text, std::string_view word) {
  uint64_t n = 0;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) ++n;
  return n;
}

/// "… (492310016/3906886144) …" → 492310016 between the characters given.
std::optional<uint64_t> number_between(std::string_view text, size_t from, char end) {
  const size_t to = text.find(end, from);
  return to == std::string_view::npos ? std::nullopt : parse_u64(text.substr(from, to - from));
}

/// "[4/3] [UU_U]": four disks wanted, three active.
bool parse_disks(std::string_view status, Array& array) {
  const size_t flags = status.rfind("] [");
  const size_t open = flags == std::string_view::npos ? flags : status.rfind('[', flags);
  if (open == std::string_view::npos) return false;
  const auto disks = number_between(status, open + 1, '/');
  const auto active = number_between(status, status.find('/', open) + 1, ']');
  if (!disks || !active) return false;
  array.disks = *disks;
  array.active = *active;
  return true;
}

bool parse_status(std::string_view device, std::string_view status, Array& array) {
  hostfs::Fields fields(status);
  const std::optional<uint64_t> blocks = fields.next_u64();
  if (!blocks) return false;
  array.blocks = array.synced = *blocks;
  if (device.find("raid0") != std::string_view::npos || device.find("linear") != std::string_view::npos) {
    // Without redundancy all disks are there, or the array is not; the status says no numbers.
    array.disks = array.active = count(device, "[");
    return true;
  }
  if (device.find("inactive") != std::string_view::npos) return true;
  return parse_disks(status, array);
}

/// A line below the status that says how far a rebuild or a check is.
bool parse_progress(std::string_view line, Array& array) {
  if (line.find("recovery") != std::string_view::npos) {
    array.state = "recovering";
  } else if (line.find("check") != std::string_view::npos) {
    array.state = "check";
  } else if (line.find("resync") != std::string_view::npos) {
    array.state = "resync";
  } else {
    return true;
  }
  array.synced = 0;
  if (line.find("PENDING") != std::string_view::npos || line.find("DELAYED") != std::string_view::npos) return true;
  const size_t open = line.find('(');
  const auto synced = open == std::string_view::npos ? std::nullopt : number_between(line, open + 1, '/');
  array.synced = synced.value_or(0);
  return synced.has_value();
}

void emit(Sink& sink, const Array& array) {
  const auto emit_gauge = [&](const model::MetricDesc& desc, uint64_t value) {
    sink.emit(desc, {{"device", array.name}}, static_cast<double>(value));
  };
  const auto disks = [&](std::string_view state, uint64_t value) {
    sink.emit(kDisks, {{"device", array.name}, {"state", state}}, static_cast<double>(value));
  };
  emit_gauge(kRequired, array.disks);
  disks("active", array.active);
  disks("failed", array.failed);
  disks("spare", array.spare);
  for (const std::string_view state : kStates) {
    sink.emit(kState, {{"device", array.name}, {"state", state}}, state == array.state ? 1 : 0);
  }
  emit_gauge(kBlocks, array.blocks);
  emit_gauge(kSynced, array.synced);
}

class Mdadm final : public Collector {
 public:
  explicit Mdadm(const Context& context)
      : file_(context.roots.procfs("mdstat"), hostfs::KeptFile::LinesAre::kMaybeLong) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, read_or_no_data(file_));
    Status status;
    hostfs::Lines lines(text);
    auto line = lines.next();
    while (line) {
      const std::string_view device = *line;
      line = lines.next();
      if (!is_device(device)) continue;
      // One array that cannot be read does not hide the others.
      if (!take_array(sink, device, line, lines)) {
        status = Error(Code::kUnavailable, fmt::format("{}: cannot read \"{}\"", file_.path(), device));
      }
    }
    return status;
  }

 private:
  static bool is_indented(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }
  static bool is_device(std::string_view line) {
    return !trim(line).empty() && !is_indented(line) && !line.starts_with("Personalities") &&
           !line.starts_with("unused");
  }

  /// `line` is the one after the device's; afterwards the first that is not this array's.
  static bool take_array(Sink& sink, std::string_view device, std::optional<std::string_view>& line,
                         hostfs::Lines& lines) {
    Array array;
    hostfs::Fields fields(device);
    array.name = fields.next();
    fields.next();  // ":"
    array.state = fields.next();
    array.failed = count(device, "(F)");
    array.spare = count(device, "(S)");
    bool good = !array.state.empty() && line && is_indented(*line) && parse_status(device, *line, array);
    while (line && is_indented(*line)) {
      line = lines.next();
      if (good && line && is_indented(*line) && line->find("bitmap") == std::string_view::npos) {
        good = parse_progress(*line, array);
      }
    }
    if (good) emit(sink, array);
    return good;
  }

  hostfs::KeptFile file_;
};

}  // namespace

std::unique_ptr<Collector> make_mdadm(const Context& context) { return std::make_unique<Mdadm>(context); }

}  // namespace oreum::collect
