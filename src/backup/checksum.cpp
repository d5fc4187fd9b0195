#include "backup/checksum.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/fault.h"
#include "base/sync.h"

namespace oreum::backup {

namespace {

constexpr size_t kPiece = 1 << 20;
constexpr uint64_t kSyncEvery = 16 << 20;

class Hasher {
 public:
  Hasher() { XXH3_128bits_reset(state_.get()); }
  void add(std::string_view bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }
  std::string hex() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_{XXH3_createState()};
};

/// Calls f(piece) with all of a file; its size and checksum.
template <typename F>
Result<FileEntry> read_through(const std::filesystem::path& file, F&& f) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno_error(errno, fmt::format("opening {}", file.string()));
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::string buffer(kPiece, '\0');
  Hasher hasher;
  FileEntry out{file.filename().string(), 0, {}};
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, fmt::format("reading {}", file.string()));
    if (n == 0) break;
    const std::string_view piece(buffer.data(), static_cast<size_t>(n));
    hasher.add(piece);
    out.bytes += piece.size();
    TRY(f(piece));
  }
  out.checksum = hasher.hex();
  return out;
}

Status write_piece(int fd, std::string_view piece, const std::filesystem::path& file) {
  TRY(fault::point("file.write"));
  while (!piece.empty()) {
    const ssize_t n = ::write(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, fmt::format("writing {}", file.string()));
    piece.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace

Result<FileEntry> describe_file(const std::filesystem::path& file) {
  return read_through(file, [](std::string_view) { return Status(); });
}

Result<FileEntry> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                            const storage::CopyProgress& progress) {
  std::error_code ec;
  const uint64_t all = std::filesystem::file_size(from, ec);
  if (ec) return errno_error(ec.value(), fmt::format("reading {}", from.string()));
  const Fd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!out.valid()) return errno_error(errno, fmt::format("creating {}", to.string()));
  uint64_t done = 0;
  uint64_t synced = 0;
  TRY_ASSIGN(FileEntry entry, read_through(from, [&](std::string_view piece) -> Status {
               TRY(write_piece(out.get(), piece, to));
               done += piece.size();
               if (done - synced >= kSyncEvery) {
                 ::fdatasync(out.get());  // its error comes back with the last one
                 synced = done;
               }
               return progress(done, all);
             }));
  TRY(sync_path(to));
  return entry;
}

Status compare_file(const FileEntry& found, const FileEntry& expected, const std::filesystem::path& path) {
  if (found.bytes == expected.bytes && found.checksum == expected.checksum) return {};
  return Error(Code::kDataLoss,
               fmt::format("{} is not the file the manifest describes: its checksum is {}, it should be {}",
                           (path / expected.name).string(), found.checksum, expected.checksum));
}

}  // namespace oreum::backup
