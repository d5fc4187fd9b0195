// Restoring: the new store is whole beside the old one before anything of the old one is touched.
#include <array>

#include <fmt/core.h>

#include "backup/backup.h"
#include "backup/checksum.h"
#include "base/fault.h"
#include "base/sync.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/survey.h"

namespace oreum::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::array kSuffixes{"", "-wal", "-shm"};

bool is_there(const fs::path& path) {
  std::error_code ec;
  return fs::exists(path, ec);
}

bool holds_a_store(const fs::path& data) {
  for (const char* suffix : kSuffixes) {
    if (is_there(data / (std::string(kDatabaseName) + suffix))) return true;
  }
  return false;
}

Status move(const fs::path& from, const fs::path& to) {
  std::error_code ec;
  fs::rename(from, to, ec);
  if (ec) return errno_error(ec.value(), fmt::format("renaming {} to {}", from.string(), to.string()));
  return {};
}

/// Copies to `fresh` and reads everything of the copy.
Status copy_and_verify(const Backup& backup, const fs::path& fresh, const Progress& progress) {
  const auto phase = [&progress](std::string_view name) {
    return [&progress, name](uint64_t done, uint64_t all) { return progress(name, done, all); };
  };
  const FileEntry& expected = backup.manifest.files.front();
  TRY_ASSIGN(const FileEntry copied, copy_file(backup.path / expected.name, fresh, phase("copying")));
  Result<storage::StoreSummary> found = storage::survey_database(fresh, phase("verifying"));
  if (!found) return std::move(found).error().wrap(fmt::format("the backup {} is damaged", backup.path.string()));
  TRY(compare_content(*found, backup.manifest.content, backup.path));
  return compare_file(copied, expected, backup.path);
}

/// From here on a crash leaves a folder that Oreum refuses to open, until the restore is run again.
Result<fs::path> swap(const fs::path& data, const fs::path& restoring, const Clock& clock) {
  fs::path aside;
  if (holds_a_store(data)) {
    TimestampMs now = clock.now();
    do {
      aside = data / ("before-restore-" + backup_name(now).substr(kNamePrefix.size()));
      now = now + milliseconds(1000);
    } while (is_there(aside));
    TRY(make_dirs(aside));
    for (const char* suffix : kSuffixes) {
      const std::string name = std::string(kDatabaseName) + suffix;
      if (is_there(data / name)) TRY(move(data / name, aside / name));
      TRY(fault::point("backup.restore.after_aside"));
    }
    TRY(sync_path(aside));
  }
  TRY(move(restoring, data / kDatabaseName));
  TRY(sync_path(data));
  return aside;
}

}  // namespace

Result<Restored> restore_backup(const RestoreOptions& options, const Clock& clock, const Progress& progress) {
  TRY_ASSIGN(Backup backup, open_backup(options.backup));
  TRY(make_dirs(options.data));
  Result<LockFile> lock = LockFile::take(options.data / "oreum.lock");
  if (!lock) return std::move(lock).error().wrap("a restore needs the data folder for itself");
  if (holds_a_store(options.data) && !options.force) {
    return Error(
        Code::kAlreadyExists,
        fmt::format("{} holds a store: choose an empty folder with --data, or say --force, which moves what is "
                    "there into a folder before-restore-… beside it",
                    options.data.string()));
  }
  const std::string restoring = (options.data / kDatabaseName).string() + std::string(storage::kRestoringSuffix);
  const std::string fresh = restoring + ".new";
  Status copied = copy_and_verify(backup, fresh, progress);
  if (!copied) {
    std::error_code ec;
    fs::remove(fresh, ec);
    return std::move(copied).error();
  }
  TRY(fault::point("backup.restore.before_swap"));
  TRY(move(fresh, restoring));
  TRY(sync_path(options.data));
  Restored out{std::move(backup.manifest), {}};
  TRY_ASSIGN(out.aside, swap(options.data, restoring, clock));
  return out;
}

}  // namespace oreum::backup
