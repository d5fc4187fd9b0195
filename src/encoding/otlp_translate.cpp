#include "encoding/otlp_translate.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/core.h>

#include "base/number.h"
#include "encoding/sent_labels.h"

namespace oreum::encoding {

namespace {

using Kind = OtlpMetric::Kind;
using Temporality = OtlpMetric::Temporality;
using LabelMap = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kServiceName = "service.name";
constexpr std::string_view kServiceNamespace = "service.namespace";
constexpr std::string_view kServiceInstance = "service.instance.id";

/// Labels by their translated names; two attributes of one such name are joined.
LabelMap labels_of(const OtlpAttributes& attributes) {
  OtlpAttributes sorted = attributes;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  LabelMap out;
  for (const auto& [key, value] : sorted) {
    if (key.empty()) continue;
    const auto [at, fresh] = out.try_emplace(otlp_label_name(key), value);
    if (!fresh) at->second += ";" + value;
  }
  return out;
}

std::string_view find(const OtlpAttributes& attributes, std::string_view key) {
  for (const auto& [name, value] : attributes) {
    if (name == key) return value;
  }
  return {};
}

MetadataType type_of(const OtlpMetric& metric) {
  switch (metric.kind) {
    case Kind::kGauge: return MetadataType::kGauge;
    case Kind::kSum: return metric.monotonic ? MetadataType::kCounter : MetadataType::kGauge;
    case Kind::kHistogram:
    case Kind::kExponentialHistogram: return MetadataType::kHistogram;
    case Kind::kSummary: return MetadataType::kSummary;
    case Kind::kNone: return MetadataType::kUnknown;
  }
  return MetadataType::kUnknown;
}

/// Why no point of the metric can be kept; empty: they can.
std::string fault_of(const OtlpMetric& metric) {
  if (metric.name.empty()) return "a metric without a name";
  switch (metric.kind) {
    case Kind::kGauge:
    case Kind::kSummary: return {};
    case Kind::kSum:
    case Kind::kHistogram:
      if (metric.temporality == Temporality::kCumulative) return {};
      return fmt::format(
          "{}: only cumulative sums and histograms are kept: set the exporter's temporality preference to "
          "cumulative",
          metric.name);
    case Kind::kExponentialHistogram:
      return fmt::format("{}: exponential histograms are not kept here: use explicit buckets", metric.name);
    case Kind::kNone: return fmt::format("{}: it has no data of a kind known here", metric.name);
  }
  return {};
}

std::string digits(double v) {
  std::string out;
  append_api_double(out, v);
  return out;
}

class Translator {
 public:
  void resource(const OtlpResource& resource) {
    base_.clear();
    const std::string_view name = find(resource.attributes, kServiceName);
    const std::string_view space = find(resource.attributes, kServiceNamespace);
    const std::string_view instance = find(resource.attributes, kServiceInstance);
    if (!name.empty()) base_["job"] = space.empty() ? std::string(name) : fmt::format("{}/{}", space, name);
    if (!instance.empty()) base_["instance"] = instance;
    newest_ = 0;
    for (const OtlpMetric& metric : resource.metrics) this->metric(metric);
    if (newest_ > 0 && !base_.empty()) target_info(resource.attributes);
  }

  OtlpSamples take() { return std::move(out_); }

 private:
  void metric(const OtlpMetric& metric) {
    out_.points += metric.points.size();
    if (const std::string fault = fault_of(metric); !fault.empty()) {
      reject(metric.points.size(), fault);
      return;
    }
    const std::string name = otlp_metric_name(metric);
    out_.described.push_back({name, type_of(metric), metric.description, metric.unit});
    for (const OtlpPoint& point : metric.points) {
      newest_ = std::max(newest_, point.time_ns);
      LabelMap labels = labels_of(point.attributes);
      for (const auto& [key, value] : base_) labels[key] = value;
      if (metric.kind == Kind::kHistogram) {
        histogram(name, labels, point);
      } else if (metric.kind == Kind::kSummary) {
        summary(name, labels, point);
      } else {
        add(name, labels, point, point.value);
      }
    }
  }

  void histogram(const std::string& name, LabelMap& labels, const OtlpPoint& point) {
    if (!point.buckets.empty() && point.buckets.size() != point.bounds.size() + 1) {
      reject(1, fmt::format("{}: {} buckets do not fit {} bounds", name, point.buckets.size(), point.bounds.size()));
      return;
    }
    if (point.has_sum) add(name + "_sum", labels, point, point.sum);
    add(name + "_count", labels, point, static_cast<double>(point.count));
    uint64_t below = 0;
    for (size_t i = 0; i < point.bounds.size() && i < point.buckets.size(); ++i) {
      below += point.buckets[i];
      labels["le"] = digits(point.bounds[i]);
      add(name + "_bucket", labels, point, static_cast<double>(below));
    }
    labels["le"] = "+Inf";
    add(name + "_bucket", labels, point, static_cast<double>(point.count));
  }

  void summary(const std::string& name, LabelMap& labels, const OtlpPoint& point) {
    add(name + "_sum", labels, point, point.sum);
    add(name + "_count", labels, point, static_cast<double>(point.count));
    for (const auto& [quantile, value] : point.quantiles) {
      labels["quantile"] = digits(quantile);
      add(name, labels, point, value);
    }
  }

  /// What the resource says of itself beside job and instance.
  void target_info(const OtlpAttributes& attributes) {
    OtlpAttributes rest;
    for (const auto& attribute : attributes) {
      const std::string& key = attribute.first;
      if (key != kServiceName && key != kServiceNamespace && key != kServiceInstance) rest.push_back(attribute);
    }
    if (rest.empty()) return;
    LabelMap labels = labels_of(rest);
    for (const auto& [key, value] : base_) labels[key] = value;
    OtlpPoint point;
    point.time_ns = newest_;
    add("target_info", labels, point, 1);
    out_.described.push_back({"target_info", MetadataType::kGauge, "Target metadata", {}});
  }

  void add(std::string_view name, const LabelMap& labels, const OtlpPoint& point, double v) {
    labels_.assign(1, {model::kMetricName, name});
    for (const auto& [key, value] : labels) {
      if (key != model::kMetricName) labels_.push_back({key, value});
    }
    if (const std::string_view fault = encode_sent(labels_, encoded_); !fault.empty()) {
      reject(1, fmt::format("{}: {}", name, fault));
      return;
    }
    Result<model::Labels> decoded = model::Labels::decode(encoded_);
    if (!decoded) return reject(1, fmt::format("{}: {}", name, decoded.error().to_string()));
    constexpr uint64_t kNanoseconds = 1'000'000;
    const bool ended = (point.flags & OtlpPoint::kNoRecordedValue) != 0;
    out_.batch.add(out_.batch.own(model::Series(*std::move(decoded))),
                   TimestampMs{static_cast<int64_t>(point.time_ns / kNanoseconds)}, ended ? model::stale_marker() : v);
  }

  void reject(uint64_t points, const std::string& why) {
    if (points == 0) return;
    out_.rejected += points;
    if (out_.first_rejected.empty()) out_.first_rejected = why;
  }

  OtlpSamples out_;
  LabelMap base_;  // job and instance
  uint64_t newest_ = 0;
  std::vector<model::Label> labels_;
  std::string encoded_;
};

}  // namespace

OtlpSamples translate_otlp(std::span<const OtlpResource> resources) {
  Translator translator;
  for (const OtlpResource& resource : resources) translator.resource(resource);
  return translator.take();
}

}  // namespace oreum::encoding
