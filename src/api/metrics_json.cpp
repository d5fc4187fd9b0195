// GET /api/v1/metrics and /api/v1/metrics/{type}: the present reading; history.cpp has the past.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "api/history.h"
#include "api/metric_types.h"
#include "api/resources.h"
#include "base/mutex.h"

namespace oreum::api {

namespace {

/// The present as JSON, written once a snapshot and type: a request costs a copy of the text. Thread-safe.
class CurrentCache {
 public:
  explicit CurrentCache(const Services& services) : services_(services), texts_(metric_types().size()) {}

  Result<std::string> get(const MetricType& type) EXCLUDES(mu_) {
    auto snapshot = services_.latest ? services_.latest() : nullptr;
    if (!snapshot || snapshot->readings.empty()) {
      return Error(Code::kUnavailable, "nothing has been collected here yet");
    }
    const MutexLock lock(mu_);
    if (!families_ || families_->snapshot() != snapshot) {
      families_.emplace(std::move(snapshot));
      for (std::string& text : texts_) text.clear();
    }
    std::string& text = texts_[static_cast<size_t>(&type - metric_types().data())];
    if (text.empty()) write(text, type);
    return text;
  }

 private:
  void write(std::string& text, const MetricType& type) REQUIRES(mu_) {
    encoding::JsonWriter json(text);
    json.begin_object().member("timestamp", format_rfc3339(families_->time()));
    json.member("instance", services_.instance);
    type.write(json, *families_);
    json.end_object();
  }

  const Services& services_;
  Mutex mu_;
  std::optional<Families> families_ GUARDED_BY(mu_);
  std::vector<std::string> texts_ GUARDED_BY(mu_);  // beside metric_types(); empty: not written yet
};

}  // namespace

CallHandler make_metric_types() {
  std::string body;
  encoding::JsonWriter json(body);
  json.begin_object().key("types").begin_array();
  for (const MetricType& type : metric_types()) {
    json.begin_object().member("name", type.name).member("description", type.help);
    json.key("history").begin_array();
    for (const HistorySeries& series : type.history) json.value(series.metric);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return [body](const Call&) -> Result<net::Response> { return json_response(body); };
}

CallHandler make_metrics(const Services& services) {
  auto cache = std::make_shared<CurrentCache>(services);
  return [&services, cache](const Call& call) -> Result<net::Response> {
    const MetricType* type = find_metric_type(call.arg);
    if (type == nullptr) {
      return Error(Code::kNotFound, fmt::format("there is no metric type \"{}\"; there are {}", call.arg,
                                                fmt::join(metric_type_names(), ", ")));
    }
    if (!call.request.query.empty()) return history(services, *type, call);
    TRY_ASSIGN(std::string body, cache->get(*type));
    return json_response(std::move(body));
  };
}

}  // namespace oreum::api
