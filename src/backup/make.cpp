// Making and verifying.
#include <fmt/core.h>

#include "backup/backup.h"
#include "backup/checksum.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/sync.h"
#include "storage/sqlite/survey.h"

namespace oreum::backup {

namespace {

namespace fs = std::filesystem;

// What a backup leaves free on its disk, which is often the store's, too.
constexpr uint64_t kLeaveFree = 64 << 20;

storage::CopyProgress in_phase(const Progress& progress, std::string_view phase) {
  return [&progress, phase](uint64_t done, uint64_t all) { return progress(phase, done, all); };
}

Status make_folder(const fs::path& folder) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  if (!ec) return {};
  return errno_error(ec.value(), fmt::format("creating the folder of backups {} (choose another with --backup-folder)",
                                             folder.string()));
}

Status check_room(const fs::path& folder, uint64_t needed) {
  TRY_ASSIGN(const uint64_t free, free_bytes(folder));
  if (free >= needed + kLeaveFree) return {};
  return Error(Code::kResourceExhausted,
               fmt::format("{} has {} MiB free, a backup takes up to {} MiB and leaves {} MiB: free some, or choose "
                           "another folder with --backup-folder",
                           folder.string(), free >> 20, needed >> 20, kLeaveFree >> 20));
}

/// A name that none has, and none had a second ago: two in one second wait for nothing, the second gets a later one.
std::string free_name(const fs::path& folder, TimestampMs now) {
  std::error_code ec;
  for (;; now = now + milliseconds(1000)) {
    const std::string name = backup_name(now);
    if (!fs::exists(folder / name, ec)) return name;
  }
}

Status publish(const fs::path& from, const fs::path& to) {
  TRY(sync_path(from));
  TRY(fault::point("backup.make.before_rename"));
  std::error_code ec;
  fs::rename(from, to, ec);
  if (ec) return errno_error(ec.value(), fmt::format("renaming {} to {}", from.string(), to.string()));
  return sync_path(to.parent_path());
}

Result<Manifest> fill(storage::Store& store, const Clock& clock, const MakeOptions& options, const fs::path& at,
                      const Progress& progress) {
  const auto start = Monotonic::now();
  Manifest manifest;
  manifest.program = options.program;
  manifest.origin = options.origin;
  manifest.created = clock.now();
  TRY(store.copy_to(at / kDatabaseName, in_phase(progress, "copying")));
  TRY_ASSIGN(manifest.content, storage::survey_database(at / kDatabaseName, in_phase(progress, "reading back")));
  if (manifest.content.instance_id != store.instance_id()) {
    return Error(Code::kInternal, "the copy is not this store's");
  }
  TRY_ASSIGN(FileEntry file, describe_file(at / kDatabaseName));
  manifest.files.push_back(std::move(file));
  manifest.took = std::chrono::duration_cast<milliseconds>(Monotonic::now() - start);
  TRY(write_file_atomically(at / kManifestName, to_json(manifest)));
  return manifest;
}

}  // namespace

Result<Backup> make_backup(storage::Store& store, const Clock& clock, const MakeOptions& options,
                           const Progress& progress) {
  TRY(make_folder(options.folder));
  TRY_ASSIGN(const LockFile lock, lock_folder(options.folder));
  TRY(delete_unfinished(options.folder, store.instance_id()));
  TRY(check_room(options.folder, store.stats().disk_bytes));
  const std::string name = free_name(options.folder, clock.now());
  const fs::path unfinished = unfinished_path(options.folder, name, store.instance_id());
  std::error_code ec;
  fs::create_directory(unfinished, ec);
  if (ec) return errno_error(ec.value(), fmt::format("creating {}", unfinished.string()));
  Backup backup{name, options.folder / name, {}, {}};
  Result<Manifest> manifest = fill(store, clock, options, unfinished, progress);
  Status done = manifest ? publish(unfinished, backup.path) : Status(manifest.error());
  if (!done) {
    if (const Status cleaned = delete_unfinished(options.folder, store.instance_id()); !cleaned) {
      log::warn("cleaning up after a backup that failed: {}", cleaned.error().to_string());
    }
    return std::move(done).error().wrap(fmt::format("making a backup in {}", options.folder.string()));
  }
  backup.manifest = std::move(*manifest);
  return backup;
}

Result<Backup> verify_backup(const fs::path& path, const Progress& progress) {
  TRY_ASSIGN(Backup backup, open_backup(path));
  // What the samples say is more to the point than a checksum, so it is looked at first.
  Result<storage::StoreSummary> found = storage::survey_database(path / kDatabaseName, in_phase(progress, "verifying"));
  if (!found) return std::move(found).error().wrap(fmt::format("the backup {} is damaged", path.string()));
  TRY(compare_content(*found, backup.manifest.content, path));
  for (const FileEntry& expected : backup.manifest.files) {
    TRY_ASSIGN(const FileEntry file, describe_file(path / expected.name));
    TRY(compare_file(file, expected, path));
  }
  return backup;
}

Status compare_content(const storage::StoreSummary& found, const storage::StoreSummary& expected,
                       const fs::path& path) {
  if (found == expected) return {};
  return Error(
      Code::kDataLoss,
      fmt::format("the backup {} is not what its manifest says: {} series, {} samples, digest {:016x}, instance "
                  "{} where {}, {}, {:016x}, {} should be",
                  path.string(), found.series, found.samples(), found.digest(), found.instance_id, expected.series,
                  expected.samples(), expected.digest(), expected.instance_id));
}

}  // namespace oreum::backup
