// The parts of `oreum backup` that ask a running Oreum, and the table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace oreum::cli {

struct BackupRow {
  std::string name;
  std::string damage;  // empty: none that a look tells
  uint64_t bytes = 0;
  uint64_t samples = 0;
  std::string from, to;
  bool scheduled = false;
};
void print_backups(const std::vector<BackupRow>& rows, const std::string& folder);

/// Begins a backup there and follows it to its end.
Status create_by_server(const std::string& server);
Status list_of_server(const std::string& server);

}  // namespace oreum::cli
