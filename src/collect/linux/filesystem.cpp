// Mounted file systems: the list from /proc/1/mounts ("device mountpoint type options 0 0", blanks as \040), sizes from
// statvfs(3) below the root folder. Slow lane: a mount may hang.
#include <algorithm>

#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/filters.h"
#include "collect/linux/mount_probe.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kError =
    gauge("node_filesystem_device_error", "Whether an error occurred while getting statistics for the given device.");
constexpr model::MetricDesc kReadonly = gauge("node_filesystem_readonly", "Filesystem read-only status.");
constexpr model::MetricDesc kSize = gauge("node_filesystem_size_bytes", "Filesystem size in bytes.");
constexpr model::MetricDesc kFree = gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.");
constexpr model::MetricDesc kAvailable =
    gauge("node_filesystem_avail_bytes", "Filesystem space available to non-root users in bytes.");
constexpr model::MetricDesc kFiles = gauge("node_filesystem_files", "Filesystem total file nodes.");
constexpr model::MetricDesc kFilesFree = gauge("node_filesystem_files_free", "Filesystem total free file nodes.");
constexpr model::MetricDesc kUsage = gauge(
    "disk_usage_percent", "Used space of what users may use, as df shows it: used / (used + available), unrounded.");

constexpr std::chrono::milliseconds kPatience{1000};  // for one mount

struct Mount {
  std::string device, point, type;
  bool readonly = false;
  auto key() const { return std::tie(device, point, type); }
};

/// "\040" → " ": the kernel writes blank, tab, newline and backslash as octal numbers.
std::string unescape(std::string_view text) {
  std::string out;
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    const size_t comma = options.find(',');
    if (options.substr(0, comma) == wanted) return true;
    options.remove_prefix(comma == std::string_view::npos ? options.size() : comma + 1);
  }
  return false;
}

class Filesystem final : public Collector {
 public:
  explicit Filesystem(const Context& context)
      : root_(context.roots.root),
        init_mounts_(context.roots.procfs("1/mounts")),
        own_mounts_(context.roots.procfs("self/mounts")),
        probe_(kPatience) {}

  Status collect(Sink& sink) override {
    Result<std::string_view> text = init_mounts_.read();
    // What init sees is not always for us to read; then what we see must do.
    if (!text) text = own_mounts_.read();
    if (!text) return text.error();
    if (*text != text_) {
      text_ = *text;
      TRY(parse());
    }
    const auto answers = probe_.probe(paths_);
    emit(answers, sink);
    return {};
  }

 private:
  Status parse() {
    mounts_.clear();
    paths_.clear();
    for (hostfs::Lines lines(text_); const auto line = lines.next();) {
      std::array<std::string_view, 4> fields;
      if (hostfs::split_fields(*line, fields) < fields.size()) {
        text_.clear();
        return Error(Code::kUnavailable,
                     fmt::format("{}: expected device, mount point, type, options", init_mounts_.path()));
      }
      add({unescape(fields[0]), in_root(unescape(fields[1])), std::string(fields[2]), has_option(fields[3], "ro")});
    }
    return {};
  }

  /// A machine seen from a container has its mount points below the root folder in its own list too.
  std::string in_root(std::string point) const {
    if (root_ == "/" || !point.starts_with(root_)) return point;
    point.erase(0, root_.ends_with('/') ? root_.size() - 1 : root_.size());
    return point.empty() ? "/" : point;
  }

  void add(Mount mount) {
    if (is_ignored_mount_point(mount.point) || is_ignored_fs_type(mount.type)) return;
    const auto same = [&mount](const Mount& m) { return m.key() == mount.key(); };
    if (std::any_of(mounts_.begin(), mounts_.end(), same)) return;
    paths_.push_back((root_ == "/" ? "" : root_) + mount.point);
    mounts_.push_back(std::move(mount));
  }

  using Answers = std::vector<std::optional<struct statvfs>>;

  template <typename Value>
  void emit_each(const model::MetricDesc& desc, const Answers& answers, Sink& sink, Value value) const {
    for (size_t i = 0; i < mounts_.size(); ++i) {
      if (!answers[i]) continue;
      const Mount& m = mounts_[i];
      sink.emit(desc, {{"device", m.device}, {"mountpoint", m.point}, {"fstype", m.type}}, value(*answers[i]));
    }
  }

  void emit(const Answers& answers, Sink& sink) const {
    using Stat = struct statvfs;
    const auto bytes = [](auto blocks, const Stat& s) {
      return static_cast<double>(blocks) * static_cast<double>(s.f_frsize);
    };
    for (size_t i = 0; i < mounts_.size(); ++i) {
      const Mount& m = mounts_[i];
      sink.emit(kError, {{"device", m.device}, {"mountpoint", m.point}, {"fstype", m.type}}, answers[i] ? 0 : 1);
    }
    for (size_t i = 0; i < mounts_.size(); ++i) {
      const Mount& m = mounts_[i];
      if (!answers[i]) continue;
      sink.emit(kReadonly, {{"device", m.device}, {"mountpoint", m.point}, {"fstype", m.type}}, m.readonly ? 1 : 0);
    }
    emit_each(kSize, answers, sink, [&](const Stat& s) { return bytes(s.f_blocks, s); });
    emit_each(kFree, answers, sink, [&](const Stat& s) { return bytes(s.f_bfree, s); });
    emit_each(kAvailable, answers, sink, [&](const Stat& s) { return bytes(s.f_bavail, s); });
    emit_each(kFiles, answers, sink, [](const Stat& s) { return static_cast<double>(s.f_files); });
    emit_each(kFilesFree, answers, sink, [](const Stat& s) { return static_cast<double>(s.f_ffree); });
    emit_usage(answers, sink);
  }

  void emit_usage(const Answers& answers, Sink& sink) const {
    for (size_t i = 0; i < mounts_.size(); ++i) {
      if (!answers[i] || answers[i]->f_bfree > answers[i]->f_blocks) continue;
      // Of mounts over one another only the topmost is seen, by each of their lines: one is enough.
      const auto first =
          std::find_if(mounts_.begin(), mounts_.end(), [&](const Mount& m) { return m.point == mounts_[i].point; });
      if (first != mounts_.begin() + static_cast<std::ptrdiff_t>(i)) continue;
      const auto used = static_cast<double>(answers[i]->f_blocks - answers[i]->f_bfree);
      const double usable = used + static_cast<double>(answers[i]->f_bavail);
      if (usable > 0) sink.emit(kUsage, {{"mountpoint", mounts_[i].point}}, used / usable * 100);
    }
  }

  std::string root_;
  hostfs::KeptFile init_mounts_;
  hostfs::KeptFile own_mounts_;
  std::string text_;  // what mounts_ was made from
  std::vector<Mount> mounts_;
  std::vector<std::string> paths_;  // beside mounts_: where to ask
  MountProbe probe_;
};

}  // namespace

std::unique_ptr<Collector> make_filesystem(const Context& context) { return std::make_unique<Filesystem>(context); }

}  // namespace oreum::collect
