// Mounted file systems: what init has mounted, sizes from statvfs(3) below the root folder. Slow lane: a mount may
// hang.
#include <algorithm>
#include <array>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/filters.h"
#include "collect/linux/mount_probe.h"
#include "collect/linux/mounts.h"

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

class Filesystem final : public Collector {
 public:
  explicit Filesystem(const Context& context)
      : root_(context.roots.root),
        lists_{{{MountList(context.roots.procfs("1/mounts")), parse_mounts},
                {MountList(context.roots.procfs("self/mountinfo")), parse_mountinfo},
                {MountList(context.roots.procfs("mounts")), parse_mounts}}},
        probe_(kPatience) {}

  Status collect(Sink& sink) override {
    TRY(list_mounts());
    emit(probe_.probe(paths_), sink);
    return {};
  }

 private:
  /// What init sees is not always for us to read; then what we see must do.
  Status list_mounts() {
    Result<std::string_view> text = no_data();
    for (List& list : lists_) {
      if (&list == taken_ && !list.file.may_have_changed()) return {};
      text = list.file.read();
      if (!text) continue;
      taken_ = &list;
      return *text == text_ ? Status{} : take(*text, list);
    }
    taken_ = nullptr;
    return text.error();
  }

  struct List {
    MountList file;
    Result<std::vector<Mount>> (*parse)(std::string_view text);
  };

  Status take(std::string_view text, const List& list) {
    mounts_.clear();
    paths_.clear();
    text_.clear();
    Result<std::vector<Mount>> mounts = list.parse(text);
    if (!mounts) taken_ = nullptr;
    if (!mounts) return std::move(mounts).error().wrap(list.file.path());
    for (Mount& mount : *mounts) {
      mount.point = in_root(std::move(mount.point));
      add(std::move(mount));
    }
    text_ = text;
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

  using Answers = MountProbe::Answers;

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
  std::array<List, 3> lists_;
  const List* taken_ = nullptr;  // the list that mounts_ was made from
  std::string text_;             // what mounts_ was made from
  std::vector<Mount> mounts_;
  std::vector<std::string> paths_;  // beside mounts_: where to ask
  MountProbe probe_;
};

}  // namespace

std::unique_ptr<Collector> make_filesystem(const Context& context) { return std::make_unique<Filesystem>(context); }

}  // namespace oreum::collect
