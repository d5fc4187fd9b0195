// GET /api/v1/metadata: type, help and unit of what is collected here, of the program's own metrics, and of what
// senders said of theirs.
#include <algorithm>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/form.h"
#include "base/number.h"

namespace oreum::api::prometheus {

namespace {

using encoding::MetadataType;
using encoding::MetricMetadata;
using ByMetric = MetadataStore::ByMetric;

MetadataType type_of(model::MetricType type) {
  switch (type) {
    case model::MetricType::kCounter: return MetadataType::kCounter;
    case model::MetricType::kGauge: return MetadataType::kGauge;
    case model::MetricType::kUntyped: return MetadataType::kUnknown;
    case model::MetricType::kHistogram: return MetadataType::kHistogram;
    case model::MetricType::kSummary: return MetadataType::kSummary;
  }
  return MetadataType::kUnknown;
}

/// Of histograms and summaries a description's name is the sample's.
std::string_view family_of(const model::MetricDesc& desc) {
  if (desc.type != model::MetricType::kHistogram && desc.type != model::MetricType::kSummary) return desc.name;
  for (const std::string_view ending : {"_bucket", "_sum", "_count"}) {
    if (desc.name.ends_with(ending)) return desc.name.substr(0, desc.name.size() - ending.size());
  }
  return desc.name;
}

void add(ByMetric& all, const model::MetricDesc& desc, std::string_view wanted) {
  const std::string_view family = family_of(desc);
  if (!wanted.empty() && family != wanted) return;
  auto at = all.find(family);
  if (at == all.end()) at = all.emplace(std::string(family), std::vector<MetricMetadata>()).first;
  MetricMetadata one{std::string(family), type_of(desc.type), std::string(desc.help), {}};
  if (std::find(at->second.begin(), at->second.end(), one) == at->second.end()) at->second.push_back(std::move(one));
}

ByMetric collect(const Services& services, const MetadataStore& pushed, const OwnMetricsSource& own_metrics,
                 std::string_view wanted) {
  ByMetric all = pushed.get(wanted);
  if (!services.latest) return all;  // nothing is collected here, not even the program's own metrics
  if (const auto snapshot = services.latest()) {
    for (const auto& reading : snapshot->readings) {
      const model::MetricDesc* last = nullptr;
      for (const collect::Entry& entry : *reading->shape) {
        // Series of one metric come together.
        if (last == nullptr || last->name != entry.desc.name) add(all, entry.desc, wanted);
        last = &entry.desc;
      }
    }
  }
  OwnMetrics own;
  own_metrics(own);
  for (const OwnMetric& metric : own) add(all, metric.desc, wanted);
  return all;
}

void append_one(std::string& out, const MetricMetadata& one) {
  out += R"({"type":")";
  out += type_name(one.type);
  out += R"(","help":)";
  append_text(out, one.help);
  out += R"(,"unit":)";
  append_text(out, one.unit);
  out += '}';
}

/// A limit of this endpoint; SIZE_MAX for none. 0 and below: all, but of limit=0 nothing.
Result<size_t> number_of(const Form& form, std::string_view name, size_t zero) {
  const std::string_view text = form.get(name);
  if (text.empty()) return SIZE_MAX;
  const std::optional<int64_t> number = parse_i64(text);
  if (!number) return Error(Code::kInvalidArgument, std::string(name) + " must be a number");
  if (*number == 0) return zero;
  return *number < 0 ? SIZE_MAX : static_cast<size_t>(*number);
}

}  // namespace

CallHandler make_metadata(const Services& services, const MetadataStore& pushed, OwnMetricsSource own_metrics) {
  return [&services, &pushed, own_metrics = std::move(own_metrics)](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    TRY_ASSIGN(const size_t limit, number_of(form, "limit", 0));
    TRY_ASSIGN(const size_t per_metric, number_of(form, "limit_per_metric", SIZE_MAX));
    std::string body(kSuccess);
    body += '{';
    size_t metrics = 0;
    for (const auto& [name, described] : collect(services, pushed, own_metrics, form.get("metric"))) {
      if (metrics == limit) break;
      if (metrics++ > 0) body += ',';
      append_text(body, name);
      for (size_t i = 0; i < std::min(per_metric, described.size()); ++i) {
        body += i == 0 ? ":[" : ",";
        append_one(body, described[i]);
      }
      body += ']';
    }
    body += '}';
    return finish(std::move(body));
  };
}

}  // namespace oreum::api::prometheus
