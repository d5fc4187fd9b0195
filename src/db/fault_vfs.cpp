// A layer over SQLite's own file system (https://www.sqlite.org/vfs.html): every call goes through, a few pass a fault
// point before.
#include "db/fault_vfs.h"

#include <sqlite3.h>

#include "base/check.h"
#include "base/fault.h"

namespace oreum::db {

namespace {

/// What SQLite holds of an open file; the real file's structure follows in the same memory.
struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  if (!fault::point(kFaultFileWrite)) return SQLITE_IOERR_WRITE;
  if (!fault::point(kFaultFileShortWrite)) {
    static_cast<void>(methods(file).xWrite(real(file), data, size / 2, at));
    return SQLITE_FULL;
  }
  return methods(file).xWrite(real(file), data, size, at);
}

int sync(sqlite3_file* file, int flags) {
  if (!fault::point(kFaultFileSync)) return SQLITE_IOERR_FSYNC;
  return methods(file).xSync(real(file), flags);
}

// The rest goes through as it is. Memory mapping (version 3) is left out: it is not used.
constexpr sqlite3_io_methods kMethods{
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return methods(f).xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return methods(f).xRead(real(f), to, n, at); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return methods(f).xTruncate(real(f), size); },
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return methods(f).xFileSize(real(f), size); },
    .xLock = [](sqlite3_file* f, int level) { return methods(f).xLock(real(f), level); },
    .xUnlock = [](sqlite3_file* f, int level) { return methods(f).xUnlock(real(f), level); },
    .xCheckReservedLock = [](sqlite3_file* f, int* out) { return methods(f).xCheckReservedLock(real(f), out); },
    .xFileControl = [](sqlite3_file* f, int op, void* arg) { return methods(f).xFileControl(real(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return methods(f).xSectorSize(real(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return methods(f).xDeviceCharacteristics(real(f)); },
    .xShmMap = [](sqlite3_file* f, int page, int size, int extend,
                  void volatile** out) { return methods(f).xShmMap(real(f), page, size, extend, out); },
    .xShmLock = [](sqlite3_file* f, int at, int n, int flags) { return methods(f).xShmLock(real(f), at, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { methods(f).xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f, int erase) { return methods(f).xShmUnmap(real(f), erase); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* below = static_cast<sqlite3_vfs*>(vfs->pAppData);
  const int rc = below->xOpen(below, name, real(file), flags, out_flags);
  // SQLite closes what has methods, and only that.
  file->pMethods = real(file)->pMethods != nullptr ? &kMethods : nullptr;
  return rc;
}

}  // namespace

void install_fault_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs* below = sqlite3_vfs_find(nullptr);
    sqlite3_vfs made = *below;
    made.pNext = nullptr;
    made.zName = "oreum-fault";
    made.szOsFile = static_cast<int>(sizeof(File)) + below->szOsFile;
    made.pAppData = below;
    made.xOpen = open;
    return made;
  }();
  OREUM_CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK, "the fault VFS");
}

}  // namespace oreum::db
