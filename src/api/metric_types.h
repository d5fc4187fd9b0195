// The types of /api/v1/metrics/{type}: how the present is written, and which stored series make the history.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "api/current/current.h"

namespace oreum::api {

struct HistorySeries {
  std::string_view metric;
  bool per_second = false;  // a counter, of which people want the rate
};

struct MetricType {
  std::string_view name;
  std::string_view help;
  current::Writer* write;
  std::span<const HistorySeries> history;
};

std::span<const MetricType> metric_types();
const MetricType* find_metric_type(std::string_view name);
std::vector<std::string_view> metric_type_names();

}  // namespace oreum::api
