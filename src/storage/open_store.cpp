#include "storage/open_store.h"

#include <filesystem>

#include <fmt/core.h>

#include "base/file.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::storage {

namespace {

constexpr std::string_view kSqlite = "sqlite:";

Result<std::filesystem::path> folder_of(const std::string& url) {
  if (!url.starts_with(kSqlite) || url.size() == kSqlite.size()) {
    return Error(Code::kInvalidArgument, fmt::format("\"{}\" names no store: expected sqlite:/path/to/folder", url));
  }
  return std::filesystem::path(url.substr(kSqlite.size()));
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url, EngineOptions options) {
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  const SqliteOptions in_folder{.folder = folder,
                                .clock = options.clock,
                                .retention = options.retention,
                                .max_series = options.max_series,
                                .max_series_per_metric = options.max_series_per_metric,
                                .chunk_samples = options.chunk_samples,
                                .background = options.background};
  return SqliteStore::open(in_folder);
}

Result<StorePlace> look_at_store(const std::string& url) {
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  std::error_code ec;
  StorePlace place;
  place.there = std::filesystem::exists(folder / "oreum.db", ec);
  // The nearest folder that is there is on the same disk.
  std::filesystem::path on = std::filesystem::absolute(folder, ec);
  while (!std::filesystem::exists(on, ec) && on.has_relative_path()) on = on.parent_path();
  if (!std::filesystem::is_directory(on, ec)) {
    return Error(Code::kFailedPrecondition, fmt::format("{} is no folder: name another place", on.string()));
  }
  const std::filesystem::space_info space = std::filesystem::space(on, ec);
  if (!ec) place.free_bytes = space.available;
  return place;
}

Status remove_store(const std::string& url) {
  TRY_ASSIGN(const std::filesystem::path folder, folder_of(url));
  // The database last: while it is there, so is what belongs to it.
  for (const char* name : {"oreum.db-wal", "oreum.db-shm", "oreum.db", "oreum.lock"}) {
    std::error_code ec;
    std::filesystem::remove(folder / name, ec);
    if (ec) return errno_error(ec.value(), fmt::format("deleting {}", (folder / name).string()));
  }
  std::error_code ec;
  std::filesystem::remove(folder, ec);  // only when it is empty
  return {};
}

}  // namespace oreum::storage
