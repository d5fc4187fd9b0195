// The file seam under SQLite: fault points for each write and sync of a database file, for tests that fail the k-th.
#pragma once

#include <array>
#include <string_view>

namespace oreum::db {

inline constexpr std::string_view kFaultFileWrite = "db.file.write";             // nothing is written
inline constexpr std::string_view kFaultFileShortWrite = "db.file.short_write";  // half of it is
inline constexpr std::string_view kFaultFileSync = "db.file.sync";

inline constexpr std::array kFileFaultPoints{kFaultFileWrite, kFaultFileShortWrite, kFaultFileSync};

/// Databases opened from now on pass these points. Without, files cost nothing more. Not while a database is open.
void install_fault_vfs();

}  // namespace oreum::db
