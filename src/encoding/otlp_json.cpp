#include <cmath>
#include <exception>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "base/number.h"
#include "encoding/otlp.h"
#include "encoding/otlp_value.h"

namespace oreum::encoding {

namespace {

namespace json = boost::json;

/// What is wrong with the request; thrown within this file only.
struct Wrong {
  std::string what;
};

std::string_view view(const json::string& s) { return {s.data(), s.size()}; }

/// A member by its name in either of protobuf's spellings; null when it is not there.
const json::value* member(const json::object& object, std::string_view camel, std::string_view snake = {}) {
  const json::value* found = object.if_contains({camel.data(), camel.size()});
  if (found == nullptr && !snake.empty()) found = object.if_contains({snake.data(), snake.size()});
  return found != nullptr && found->is_null() ? nullptr : found;
}

const json::object& object_of(const json::value& value, std::string_view what) {
  if (!value.is_object()) throw Wrong{fmt::format("{}: expected an object", what)};
  return value.get_object();
}

template <typename Use>
void each(const json::object& object, std::string_view camel, std::string_view snake, Use use) {
  const json::value* list = member(object, camel, snake);
  if (list == nullptr) return;
  if (!list->is_array()) throw Wrong{fmt::format("{}: expected a list", camel)};
  for (const json::value& item : list->get_array()) use(item);
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = member(object, name);
  if (value == nullptr) return {};
  if (!value->is_string()) throw Wrong{fmt::format("{}: expected a string", name)};
  return std::string(view(value->get_string()));
}

/// Numbers may be written as strings: JSON's would lose digits.
double double_of(const json::value& value, std::string_view name) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  const auto parsed = value.is_string() ? parse_double(view(value.get_string())) : std::nullopt;
  if (!parsed) throw Wrong{fmt::format("{}: expected a number", name)};
  return *parsed;
}

int64_t signed_of(const json::value& value, std::string_view name) {
  if (value.is_int64()) return value.get_int64();
  const auto parsed = value.is_string() ? parse_i64(view(value.get_string())) : std::nullopt;
  if (!parsed) throw Wrong{fmt::format("{}: expected a whole number", name)};
  return *parsed;
}

uint64_t unsigned_of(const json::value& value, std::string_view name) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<uint64_t>(value.get_int64());
  const auto parsed = value.is_string() ? parse_u64(view(value.get_string())) : std::nullopt;
  if (!parsed) throw Wrong{fmt::format("{}: expected a whole number that is not negative", name)};
  return *parsed;
}

class Decoder {
 public:
  explicit Decoder(const OtlpLimits& limits) : limits_(limits) {}

  std::vector<OtlpResource> decode(const json::value& body) {
    std::vector<OtlpResource> out;
    each(object_of(body, "the request"), "resourceMetrics", "resource_metrics", [&](const json::value& item) {
      const json::object& resource_metrics = object_of(item, "resourceMetrics");
      OtlpResource& resource = out.emplace_back();
      if (const json::value* r = member(resource_metrics, "resource")) {
        attributes(object_of(*r, "resource"), resource.attributes);
      }
      each(resource_metrics, "scopeMetrics", "scope_metrics", [&](const json::value& scope) {
        each(object_of(scope, "scopeMetrics"), "metrics", {},
             [&](const json::value& one) { metric(object_of(one, "metrics"), resource.metrics.emplace_back()); });
      });
    });
    return out;
  }

  bool too_many() const { return points_ > limits_.points; }

 private:
  void metric(const json::object& in, OtlpMetric& out) {
    using Kind = OtlpMetric::Kind;
    out.name = text_of(in, "name");
    out.description = text_of(in, "description");
    out.unit = text_of(in, "unit");
    data(in, "gauge", {}, Kind::kGauge, out);
    data(in, "sum", {}, Kind::kSum, out);
    data(in, "histogram", {}, Kind::kHistogram, out);
    data(in, "exponentialHistogram", "exponential_histogram", Kind::kExponentialHistogram, out);
    data(in, "summary", {}, Kind::kSummary, out);
  }

  void data(const json::object& in, std::string_view camel, std::string_view snake, OtlpMetric::Kind kind,
            OtlpMetric& out) {
    const json::value* value = member(in, camel, snake);
    if (value == nullptr) return;
    const json::object& object = object_of(*value, camel);
    out.kind = kind;
    if (const json::value* t = member(object, "aggregationTemporality", "aggregation_temporality")) {
      out.temporality = temporality(*t);
    }
    if (const json::value* m = member(object, "isMonotonic", "is_monotonic")) out.monotonic = *m == true;
    each(object, "dataPoints", "data_points", [&](const json::value& item) {
      if (++points_ > limits_.points) throw Wrong{fmt::format("more than {} data points", limits_.points)};
      point(object_of(item, "dataPoints"), out.points.emplace_back());
    });
  }

  static OtlpMetric::Temporality temporality(const json::value& value) {
    if (!value.is_string()) return temporality_of(signed_of(value, "aggregationTemporality"));
    const std::string_view name = view(value.get_string());
    if (name == "AGGREGATION_TEMPORALITY_DELTA") return OtlpMetric::Temporality::kDelta;
    if (name == "AGGREGATION_TEMPORALITY_CUMULATIVE") return OtlpMetric::Temporality::kCumulative;
    return OtlpMetric::Temporality::kUnspecified;
  }

  void point(const json::object& in, OtlpPoint& out) {
    attributes(in, out.attributes);
    if (const auto* t = member(in, "timeUnixNano", "time_unix_nano")) out.time_ns = unsigned_of(*t, "timeUnixNano");
    if (const auto* f = member(in, "flags")) out.flags = static_cast<uint32_t>(unsigned_of(*f, "flags"));
    if (const auto* v = member(in, "asDouble", "as_double")) out.value = double_of(*v, "asDouble");
    if (const auto* v = member(in, "asInt", "as_int")) out.value = static_cast<double>(signed_of(*v, "asInt"));
    if (const auto* c = member(in, "count")) out.count = unsigned_of(*c, "count");
    if (const auto* s = member(in, "sum")) {
      out.sum = double_of(*s, "sum");
      out.has_sum = true;
    }
    each(in, "bucketCounts", "bucket_counts",
         [&](const json::value& count) { out.buckets.push_back(unsigned_of(count, "bucketCounts")); });
    each(in, "explicitBounds", "explicit_bounds",
         [&](const json::value& bound) { out.bounds.push_back(double_of(bound, "explicitBounds")); });
    each(in, "quantileValues", "quantile_values", [&](const json::value& item) {
      const json::object& pair = object_of(item, "quantileValues");
      const json::value* quantile = member(pair, "quantile");
      const json::value* value = member(pair, "value");
      out.quantiles.emplace_back(quantile != nullptr ? double_of(*quantile, "quantile") : 0,
                                 value != nullptr ? double_of(*value, "value") : 0);
    });
  }

  void attributes(const json::object& in, OtlpAttributes& out) const {
    each(in, "attributes", {}, [&](const json::value& item) {
      const json::object& pair = object_of(item, "attributes");
      auto& [key, value] = out.emplace_back(text_of(pair, "key"), std::string());
      if (const json::value* any = member(pair, "value")) any_value(object_of(*any, "value"), value, false, 0);
    });
  }

  /// Appends an AnyValue as text, or as JSON where it is within another.
  void any_value(const json::object& in, std::string& out, bool as_json, size_t depth) const {
    if (depth > limits_.depth) throw Wrong{"values of attributes nest too deep"};
    if (const auto* s = member(in, "stringValue", "string_value")) {
      if (!s->is_string()) throw Wrong{"stringValue: expected a string"};
      append_otlp_text(out, view(s->get_string()), as_json);
    } else if (const auto* b = member(in, "boolValue", "bool_value")) {
      out += *b == true ? "true" : "false";
    } else if (const auto* i = member(in, "intValue", "int_value")) {
      out += std::to_string(signed_of(*i, "intValue"));
    } else if (const auto* d = member(in, "doubleValue", "double_value")) {
      append_otlp_double(out, double_of(*d, "doubleValue"), as_json);
    } else if (const auto* bytes = member(in, "bytesValue", "bytes_value")) {
      if (!bytes->is_string()) throw Wrong{"bytesValue: expected a string"};
      append_otlp_text(out, view(bytes->get_string()), as_json);  // base64 already
    } else if (const auto* a = member(in, "arrayValue", "array_value")) {
      array(object_of(*a, "arrayValue"), out, depth);
    } else if (const auto* map = member(in, "kvlistValue", "kvlist_value")) {
      key_values(object_of(*map, "kvlistValue"), out, depth);
    } else if (as_json) {
      out += "null";
    }
  }

  void array(const json::object& in, std::string& out, size_t depth) const {
    char before = '[';
    each(in, "values", {}, [&](const json::value& item) {
      out += before;
      before = ',';
      any_value(object_of(item, "values"), out, true, depth + 1);
    });
    out += before == '[' ? "[]" : "]";
  }

  void key_values(const json::object& in, std::string& out, size_t depth) const {
    OtlpAttributes items;
    each(in, "values", {}, [&](const json::value& item) {
      const json::object& pair = object_of(item, "values");
      auto& [key, value] = items.emplace_back(text_of(pair, "key"), std::string());
      if (const json::value* any = member(pair, "value")) any_value(object_of(*any, "value"), value, true, depth + 1);
    });
    append_otlp_map(out, std::move(items));
  }

  const OtlpLimits& limits_;
  size_t points_ = 0;
};

}  // namespace

Result<std::vector<OtlpResource>> decode_otlp_json(std::string_view body, const OtlpLimits& limits) {
  Decoder decoder(limits);
  // Boost.JSON throws where there is no memory; this file where a value is of another kind than it must be.
  try {
    boost::system::error_code ec;
    const json::value parsed = json::parse({body.data(), body.size()}, ec);
    if (ec) {
      return Error(Code::kInvalidArgument,
                   fmt::format("the body is not an ExportMetricsServiceRequest: {}", ec.message()));
    }
    return decoder.decode(parsed);
  } catch (const Wrong& wrong) {
    return Error(decoder.too_many() ? Code::kResourceExhausted : Code::kInvalidArgument,
                 "the body is not an ExportMetricsServiceRequest: " + wrong.what);
  } catch (const std::exception& e) {
    return Error(Code::kInvalidArgument, fmt::format("the body is not an ExportMetricsServiceRequest: {}", e.what()));
  }
}

}  // namespace oreum::encoding
