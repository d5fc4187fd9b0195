// What a migration says about itself, as metrics.
#pragma once

#include "api/own_metrics.h"
#include "migrate/manager.h"

namespace oreum::api {

/// oreum_migration_*; nothing while there never was a migration.
void append_migration_metrics(OwnMetrics& out, const migrate::Manager& migrations);

}  // namespace oreum::api
