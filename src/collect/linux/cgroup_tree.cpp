#include "collect/linux/cgroup_tree.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>

namespace oreum::collect {

namespace {

constexpr size_t kIdDigits = 64;
constexpr size_t kShortIdDigits = 12;

bool is_container_id(std::string_view text) {
  return text.size() == kIdDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

struct Walk {
  const CgroupLimits& limits;
  std::map<std::string, double, std::less<>> found;  // path → created
  size_t left_out = 0;
};

struct Branch {
  std::string path;
  nlink_t links = 0;
};

/// Adds the folders in root + branch. A folder with two links has none: most need no listing.
void add_children(Walk& walk, const std::string& root, const Branch& branch, std::vector<Branch>& next) {
  if (branch.links == 2) return;
  std::string full = root + branch.path;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(full.c_str()), &::closedir);
  if (!dir) return;                                     // it has gone, or is not for us to see
  while (const dirent* entry = ::readdir(dir.get())) {  // NOLINT(concurrency-mt-unsafe): one thread a DIR
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    std::string child = fmt::format("{}/{}", branch.path, static_cast<const char*>(entry->d_name));
    const bool known = walk.found.contains(child);  // from another hierarchy
    if (!known && walk.found.size() >= walk.limits.looked_at) {
      ++walk.left_out;
      continue;
    }
    struct stat s{};
    const bool there = ::fstatat(::dirfd(dir.get()), static_cast<const char*>(entry->d_name), &s, 0) == 0;
    if (!known) walk.found.emplace(child, there ? static_cast<double>(s.st_mtim.tv_sec) : 0);
    if (there) next.push_back({std::move(child), s.st_nlink});
  }
}

/// False when the hierarchy is not there.
bool walk_tree(Walk& walk, const std::string& root) {
  struct stat s{};
  if (::stat(root.c_str(), &s) != 0 || !S_ISDIR(s.st_mode)) return false;
  std::vector<Branch> level{{"", s.st_nlink}};
  for (size_t depth = 0; depth < walk.limits.depth && !level.empty(); ++depth) {
    std::vector<Branch> next;
    for (const Branch& branch : level) add_children(walk, root, branch, next);
    level = std::move(next);
  }
  return true;
}

/// Keeps what may be shown: the containers, then what is nearest to the root.
void cut(CgroupList& list, size_t most) {
  if (list.cgroups.size() <= most) return;
  const auto depth = [](const Cgroup& c) { return std::count(c.path.begin(), c.path.end(), '/'); };
  std::stable_sort(list.cgroups.begin(), list.cgroups.end(), [&](const Cgroup& a, const Cgroup& b) {
    if (a.name.empty() != b.name.empty()) return b.name.empty();
    return depth(a) < depth(b);
  });
  list.left_out += list.cgroups.size() - most;
  list.cgroups.resize(most);
  std::sort(list.cgroups.begin(), list.cgroups.end(), [](const Cgroup& a, const Cgroup& b) { return a.path < b.path; });
}

}  // namespace

std::string_view container_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  std::string_view last = path.substr(slash + 1);
  if (take_prefix(last, "lxc.payload.")) return last;
  if (path.substr(0, slash).ends_with("/lxc")) return last;
  if (last.ends_with(".scope")) {
    last.remove_suffix(6);
    if (take_prefix(last, "machine-")) return last;
    for (const std::string_view runtime : {"docker-", "cri-containerd-", "crio-", "libpod-", "nerdctl-"}) {
      if (take_prefix(last, runtime)) break;
    }
  }
  return is_container_id(last) ? last.substr(0, kShortIdDigits) : std::string_view();
}

Result<CgroupList> list_cgroups(const std::vector<std::string>& roots, const CgroupLimits& limits) {
  Walk walk{limits, {}, 0};
  bool any = false;
  for (const std::string& root : roots) any |= walk_tree(walk, root);
  if (!any) return Error(Code::kNotFound, "no control group hierarchy can be read");
  CgroupList list;
  list.left_out = walk.left_out;
  list.cgroups.push_back({"/", "", 0});
  for (const auto& [path, created] : walk.found) {
    list.cgroups.push_back({path, std::string(container_name(path)), created});
  }
  cut(list, limits.shown);
  return list;
}

}  // namespace oreum::collect
