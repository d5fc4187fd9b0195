// How others hash label sets.
#pragma once

#include <cstdint>

#include "model/labels.h"

namespace oreum::model {

/// The 64 bits that Prometheus 3 hashes these labels to, by which its limit_ratio picks series.
uint64_t prometheus_hash(const Labels& labels);

}  // namespace oreum::model
