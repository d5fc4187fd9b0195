#include "app/self_watch.h"

#include <vector>

namespace oreum::app {

SelfWatch::SelfWatch(const std::string& instance, milliseconds interval)
    : interval_(interval), sink_({{"job", "oreum"}, {"instance", instance}}) {}

std::shared_ptr<const collect::Reading> SelfWatch::reading_of(const api::OwnMetrics& metrics, TimestampMs t) {
  sink_.begin();
  for (const api::OwnMetric& metric : metrics) {
    const std::vector<model::Label> labels(metric.labels.begin(), metric.labels.end());
    sink_.emit(metric.desc, labels, metric.value);
  }
  sink_.end();
  auto reading = std::make_shared<collect::Reading>();
  reading->collector = "oreum";
  reading->t = t;
  reading->shape = sink_.shape();
  reading->values = sink_.values();
  reading->success = true;
  return reading;
}

}  // namespace oreum::app
