// Imports the SQLite database of an older monitor, metrics(id, timestamp, metric_type, host, value, created_at), or the
// SQL text that `.dump` makes of it.
#pragma once

#include <string>

#include "base/result.h"
#include "transfer/import.h"
#include "transfer/legacy_time.h"
#include "transfer/source.h"
#include "transfer/target.h"

namespace oreum::transfer {

struct LegacyOptions {
  std::string file;  // the source's, which SQLite opens itself when it is a database
  TimeOptions times;
  std::string instance;  // of rows without a host; empty: they are rejected
  std::string job = "node";
};

/// The report is good also after an error. kInvalidArgument: not such a database, or times that cannot be told.
Status import_legacy(Source& source, const LegacyOptions& legacy, Target& target, const ImportOptions& options,
                     ImportReport& report);

}  // namespace oreum::transfer
