// The table of collectors.
#pragma once

#include <span>

#include "collect/collector.h"

namespace oreum::collect {

/// Every collector there is, in the order they run.
std::span<const CollectorSpec> all_collectors();

/// Null when there is no such collector.
const CollectorSpec* find_collector(std::string_view name);

}  // namespace oreum::collect
