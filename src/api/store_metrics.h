// What the store says about itself, as metrics.
#pragma once

#include "api/own_metrics.h"
#include "storage/store.h"

namespace oreum::api {

/// oreum_store_*.
void append_store_metrics(OwnMetrics& out, const storage::Store& store);

}  // namespace oreum::api
