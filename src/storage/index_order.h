// Putting series in the order of their labels.
#pragma once

#include <vector>

namespace oreum::storage {

struct HeadSeries;

/// Sorts as model::Labels compare, which is how Prometheus orders series; no two have the same labels. Reads only what
/// never changes of a series.
void sort_by_labels(std::vector<HeadSeries*>& series);

}  // namespace oreum::storage
