#include "backup/folder.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"

namespace oreum::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinishedPrefix = ".oreum-";
constexpr const char* kLockName = ".oreum-backup.lock";

/// ".<first digits of the instance id>.unfinished".
std::string unfinished_suffix(const std::string& instance_id) {
  constexpr size_t kDigits = 12;
  return "." + instance_id.substr(0, kDigits) + ".unfinished";
}

/// Deletes the files that Oreum puts into a backup, then the folder; what else is in it stays, and the folder with it.
Status delete_files(const fs::path& path) {
  const std::string database(kDatabaseName);
  const std::string manifest(kManifestName);
  std::error_code ec;
  for (const std::string& name : {manifest, manifest + ".tmp", database, database + "-journal"}) {
    fs::remove(path / name, ec);
    if (ec) return errno_error(ec.value(), fmt::format("deleting {}", (path / name).string()));
  }
  fs::remove(path, ec);
  if (ec) log::warn("{} is left: {}", path.string(), ec.message());
  return {};
}

/// Out of sight first: killed half way, it is no backup any more.
Status delete_backup(const Backup& backup, const std::string& instance_id) {
  const fs::path gone = unfinished_path(backup.path.parent_path(), backup.name, instance_id);
  std::error_code ec;
  fs::rename(backup.path, gone, ec);
  if (ec) return errno_error(ec.value(), fmt::format("deleting {}", backup.path.string()));
  TRY(fault::point("backup.delete.after_rename"));
  return delete_files(gone);
}

Status check_sizes(const fs::path& path, const Manifest& manifest) {
  for (const FileEntry& file : manifest.files) {
    std::error_code ec;
    const uint64_t size = fs::file_size(path / file.name, ec);
    if (ec) return Error(Code::kDataLoss, fmt::format("{}: {}", (path / file.name).string(), ec.message()));
    if (size != file.bytes) {
      return Error(Code::kDataLoss,
                   fmt::format("{} has {} bytes, the manifest says {}", (path / file.name).string(), size, file.bytes));
    }
  }
  return {};
}

}  // namespace

std::string backup_name(TimestampMs t) {
  // "2026-11-23T03:15:00.000Z" without what file systems and shells may dislike.
  std::string text = format_rfc3339(t).substr(0, 19);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return std::string(kNamePrefix) + text + "Z";
}

bool is_backup_name(std::string_view name) {
  constexpr std::string_view kForm = "oreum-00000000T000000Z";
  return name.size() == kForm.size() && std::equal(name.begin(), name.end(), kForm.begin(), [](char c, char form) {
           return form == '0' ? c >= '0' && c <= '9' : c == form;
         });
}

Result<Backup> open_backup(const fs::path& path) {
  std::error_code ec;
  if (!fs::is_directory(path, ec)) {
    return Error(Code::kNotFound, fmt::format("{} is no backup: there is no such folder", path.string()));
  }
  Result<std::string> text = read_file(path / kManifestName);
  if (!text && text.error().code() == Code::kNotFound) {
    return Error(Code::kNotFound, fmt::format("{} is no backup: it has no {}", path.string(), kManifestName));
  }
  if (!text) return std::move(text).error();
  Result<Manifest> manifest = parse_manifest(*text);
  if (!manifest) return std::move(manifest).error().wrap(fmt::format("the backup {}", path.string()));
  Backup backup{path.filename().string(), path, std::move(*manifest), {}};
  if (backup.name.empty()) backup.name = path.parent_path().filename().string();
  TRY(check_sizes(path, backup.manifest));
  return backup;
}

Result<std::vector<Backup>> list_backups(const fs::path& folder) {
  std::vector<Backup> all;
  std::error_code ec;
  fs::directory_iterator entries(folder, ec);
  if (ec == std::errc::no_such_file_or_directory) return all;
  if (ec) return errno_error(ec.value(), fmt::format("reading the folder {}", folder.string()));
  for (; entries != fs::directory_iterator(); entries.increment(ec)) {
    const std::string name = entries->path().filename().string();
    if (!is_backup_name(name)) continue;
    Result<Backup> backup = open_backup(entries->path());
    all.push_back(backup ? std::move(*backup) : Backup{name, entries->path(), {}, std::move(backup).error()});
    if (ec) return errno_error(ec.value(), fmt::format("reading the folder {}", folder.string()));
  }
  std::sort(all.begin(), all.end(), [](const Backup& a, const Backup& b) { return a.name < b.name; });
  return all;
}

fs::path find_backup(const fs::path& folder, const std::string& name_or_path) {
  return is_backup_name(name_or_path) ? folder / name_or_path : fs::path(name_or_path);
}

Result<LockFile> lock_folder(const fs::path& folder) {
  Result<LockFile> lock = LockFile::take(folder / kLockName);
  if (lock) return lock;
  if (lock.error().code() != Code::kUnavailable) return std::move(lock).error();
  return Error(Code::kAlreadyExists, fmt::format("a backup into {} is being made now", folder.string()));
}

fs::path unfinished_path(const fs::path& folder, const std::string& name, const std::string& instance_id) {
  return folder / ("." + name + unfinished_suffix(instance_id));
}

Status delete_unfinished(const fs::path& folder, const std::string& instance_id) {
  std::error_code ec;
  std::vector<fs::path> left;
  const std::string suffix = unfinished_suffix(instance_id);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ec)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kUnfinishedPrefix) && name.ends_with(suffix)) left.push_back(entry.path());
  }
  if (ec) return errno_error(ec.value(), fmt::format("reading the folder {}", folder.string()));
  for (const fs::path& path : left) TRY(delete_files(path));
  return {};
}

Result<std::vector<std::string>> delete_expired(const fs::path& folder, const std::string& instance_id,
                                                TimestampMs horizon) {
  TRY_ASSIGN(std::vector<Backup> all, list_backups(folder));
  std::erase_if(all, [&](const Backup& b) { return b.damage || b.manifest.content.instance_id != instance_id; });
  std::vector<std::string> names;
  for (size_t i = 0; i + 1 < all.size(); ++i) {
    const Manifest& manifest = all[i].manifest;
    if (manifest.origin != Origin::kSchedule || manifest.created >= horizon) continue;
    TRY(delete_backup(all[i], instance_id));
    names.push_back(all[i].name);
  }
  return names;
}

}  // namespace oreum::backup
