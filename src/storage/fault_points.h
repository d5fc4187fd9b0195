// The fault points of the store, for tests that fail or kill it there (base/fault.h). Those of the database seam,
// db.step and db.commit, are in db/sqlite.h.
#pragma once

#include <array>
#include <string_view>

namespace oreum::storage {

inline constexpr std::string_view kFaultAppendBeforeCommit = "storage.append.before_commit";
inline constexpr std::string_view kFaultAppendAfterCommit = "storage.append.after_commit";
inline constexpr std::string_view kFaultSealAfterBytes = "storage.seal.after_bytes";
inline constexpr std::string_view kFaultSealBeforeCommit = "storage.seal.before_commit";
inline constexpr std::string_view kFaultSealAfterCommit = "storage.seal.after_commit";
inline constexpr std::string_view kFaultCompactAfterBytes = "storage.compact.after_bytes";
inline constexpr std::string_view kFaultCompactBeforeCommit = "storage.compact.before_commit";
inline constexpr std::string_view kFaultCompactAfterCommit = "storage.compact.after_commit";
inline constexpr std::string_view kFaultDeleteBeforeCommit = "storage.delete.before_commit";
inline constexpr std::string_view kFaultDeleteAfterCommit = "storage.delete.after_commit";
inline constexpr std::string_view kFaultGarbageBeforeCommit = "storage.garbage.before_commit";
inline constexpr std::string_view kFaultRetentionBeforeCommit = "storage.retention.before_commit";
inline constexpr std::string_view kFaultRetentionAfterCommit = "storage.retention.after_commit";
inline constexpr std::string_view kFaultRollupAfterBytes = "storage.rollup.after_bytes";
inline constexpr std::string_view kFaultRollupBeforeCommit = "storage.rollup.before_commit";
inline constexpr std::string_view kFaultRollupAfterCommit = "storage.rollup.after_commit";
inline constexpr std::string_view kFaultCreateBeforeRename = "storage.create.before_rename";
inline constexpr std::string_view kFaultOpenBeforeReplay = "storage.open.before_replay";

// What migrations write.
inline constexpr std::string_view kFaultPutBeforeCommit = "storage.put.before_commit";
inline constexpr std::string_view kFaultPutAfterCommit = "storage.put.after_commit";

// Not of the store's own writing: a copy that stops there leaves the store as it is.
inline constexpr std::string_view kFaultCopyAfterBatch = "storage.copy.after_batch";

// Of a spool, on the way between it and the store.
inline constexpr std::string_view kFaultSpoolBegun = "storage.spool.begun";
inline constexpr std::string_view kFaultSpoolDrained = "storage.spool.drained";
inline constexpr std::string_view kFaultSpoolEmptied = "storage.spool.emptied";
inline constexpr std::array kSpoolFaultPoints{kFaultSpoolBegun, kFaultSpoolDrained, kFaultSpoolEmptied};

inline constexpr std::array kFaultPoints{
    kFaultAppendBeforeCommit,   kFaultAppendAfterCommit, kFaultSealAfterBytes,      kFaultSealBeforeCommit,
    kFaultSealAfterCommit,      kFaultCompactAfterBytes, kFaultCompactBeforeCommit, kFaultCompactAfterCommit,
    kFaultDeleteBeforeCommit,   kFaultDeleteAfterCommit, kFaultGarbageBeforeCommit, kFaultRetentionBeforeCommit,
    kFaultRetentionAfterCommit, kFaultRollupAfterBytes,  kFaultRollupBeforeCommit,  kFaultRollupAfterCommit,
    kFaultCreateBeforeRename,   kFaultOpenBeforeReplay,
};

}  // namespace oreum::storage
