// What the program says about itself on /metrics, beside what it collects.
#pragma once

#include <span>
#include <vector>

#include "model/labels.h"
#include "model/metric.h"

namespace oreum::api {

struct OwnMetric {
  model::MetricDesc desc;  // a constant's: the texts live for ever. Of a histogram: the sample's name
  model::Labels labels;
  double value = 0;
};

using OwnMetrics = std::vector<OwnMetric>;

inline void add_metric(OwnMetrics& out, const model::MetricDesc& desc, double value,
                       std::initializer_list<model::Label> labels = {}) {
  out.push_back({desc, model::Labels::of(labels), value});
}

}  // namespace oreum::api
