#include "db/libpq.h"

#include <dlfcn.h>
#include <fmt/core.h>

namespace oreum::db {

namespace {

Result<LibPq> load() {
  void* library = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return Error(Code::kFailedPrecondition,
                 "PostgreSQL's client library libpq.so.5 is not on this machine (Debian: apt install libpq5)");
  }
  LibPq table;
#define OREUM_LIBPQ_LOAD(name)                                                                                    \
  table.name = reinterpret_cast<decltype(table.name)>(::dlsym(library, #name));                                   \
  if (table.name == nullptr) {                                                                                    \
    return Error(Code::kFailedPrecondition, fmt::format("libpq.so.5 is too old: it has no {} (14 does)", #name)); \
  }
  OREUM_LIBPQ(OREUM_LIBPQ_LOAD)
#undef OREUM_LIBPQ_LOAD
  return table;
}

}  // namespace

Result<const LibPq*> libpq() {
  static const Result<LibPq> table = load();  // stays loaded
  if (!table) return table.error();
  return &*table;
}

}  // namespace oreum::db
