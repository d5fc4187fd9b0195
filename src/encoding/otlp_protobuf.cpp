#include <exception>

#include <fmt/core.h>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "encoding/otlp.h"
#include "encoding/otlp_value.h"

namespace oreum::encoding {

namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using protozero::tag_and_type;

constexpr uint32_t bytes_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::length_delimited); }
constexpr uint32_t number_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::varint); }
constexpr uint32_t fixed_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::fixed64); }

// opentelemetry.proto.metrics.v1 and common.v1; the numbers are those of the messages.
namespace request {
constexpr uint32_t kResourceMetrics = 1;
constexpr uint32_t kResource = 1;      // of ResourceMetrics
constexpr uint32_t kScopeMetrics = 2;  // of ResourceMetrics
constexpr uint32_t kAttributes = 1;    // of Resource
constexpr uint32_t kMetrics = 2;       // of ScopeMetrics
}  // namespace request
namespace metric {
constexpr uint32_t kName = 1;
constexpr uint32_t kDescription = 2;
constexpr uint32_t kUnit = 3;
constexpr uint32_t kGauge = 5;
constexpr uint32_t kSum = 7;
constexpr uint32_t kHistogram = 9;
constexpr uint32_t kExponentialHistogram = 10;
constexpr uint32_t kSummary = 11;
constexpr uint32_t kPoints = 1;       // of all kinds
constexpr uint32_t kTemporality = 2;  // of sums and histograms
constexpr uint32_t kMonotonic = 3;    // of sums
}  // namespace metric
namespace point {
constexpr uint32_t kTime = 3;        // of all kinds
constexpr uint32_t kDouble = 4;      // of numbers
constexpr uint32_t kInt = 6;         // of numbers
constexpr uint32_t kAttributes = 7;  // of numbers and summaries
constexpr uint32_t kFlags = 8;       // of numbers and summaries
constexpr uint32_t kCount = 4;       // of histograms and summaries
constexpr uint32_t kSum = 5;         // of histograms and summaries
constexpr uint32_t kBuckets = 6;     // of histograms
constexpr uint32_t kBounds = 7;      // of histograms
constexpr uint32_t kQuantiles = 6;   // of summaries
constexpr uint32_t kHistogramAttributes = 9;
constexpr uint32_t kHistogramFlags = 10;
}  // namespace point

std::string_view view(pbf_reader& in) {
  const auto v = in.get_view();
  return {v.data(), v.size()};
}

class Decoder {
 public:
  explicit Decoder(const OtlpLimits& limits) : limits_(limits) {}

  Result<std::vector<OtlpResource>> decode(std::string_view body) {
    std::vector<OtlpResource> out;
    pbf_reader in(body.data(), body.size());
    while (in.next()) {
      if (in.tag_and_type() == bytes_field(request::kResourceMetrics)) {
        TRY(resource_metrics(in.get_message(), out.emplace_back()));
      } else {
        in.skip();
      }
    }
    return out;
  }

 private:
  Status resource_metrics(pbf_reader in, OtlpResource& out) {
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(request::kResource): {
          pbf_reader resource = in.get_message();
          while (resource.next()) {
            if (resource.tag_and_type() == bytes_field(request::kAttributes)) {
              TRY(attribute(resource.get_message(), out.attributes));
            } else {
              resource.skip();
            }
          }
          break;
        }
        case bytes_field(request::kScopeMetrics): {
          pbf_reader scope = in.get_message();
          while (scope.next()) {
            if (scope.tag_and_type() == bytes_field(request::kMetrics)) {
              TRY(metric(scope.get_message(), out.metrics.emplace_back()));
            } else {
              scope.skip();
            }
          }
          break;
        }
        default: in.skip();
      }
    }
    return {};
  }

  Status metric(pbf_reader in, OtlpMetric& out) {
    using Kind = OtlpMetric::Kind;
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(metric::kName): out.name = view(in); break;
        case bytes_field(metric::kDescription): out.description = view(in); break;
        case bytes_field(metric::kUnit): out.unit = view(in); break;
        case bytes_field(metric::kGauge): TRY(data(in.get_message(), Kind::kGauge, out)); break;
        case bytes_field(metric::kSum): TRY(data(in.get_message(), Kind::kSum, out)); break;
        case bytes_field(metric::kHistogram): TRY(data(in.get_message(), Kind::kHistogram, out)); break;
        case bytes_field(metric::kExponentialHistogram):
          TRY(data(in.get_message(), Kind::kExponentialHistogram, out));
          break;
        case bytes_field(metric::kSummary): TRY(data(in.get_message(), Kind::kSummary, out)); break;
        default: in.skip();
      }
    }
    return {};
  }

  Status data(pbf_reader in, OtlpMetric::Kind kind, OtlpMetric& out) {
    out.kind = kind;
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(metric::kPoints): TRY(point(in.get_message(), kind, out)); break;
        case number_field(metric::kTemporality): out.temporality = temporality_of(in.get_enum()); break;
        case number_field(metric::kMonotonic): out.monotonic = in.get_bool(); break;
        default: in.skip();
      }
    }
    return {};
  }

  Status point(pbf_reader in, OtlpMetric::Kind kind, OtlpMetric& metric) {
    if (++points_ > limits_.points) {
      return Error(Code::kResourceExhausted, fmt::format("the request has more than {} data points", limits_.points));
    }
    OtlpPoint& out = metric.points.emplace_back();
    switch (kind) {
      case OtlpMetric::Kind::kGauge:
      case OtlpMetric::Kind::kSum: return number(in, out);
      case OtlpMetric::Kind::kHistogram: return histogram(in, out);
      case OtlpMetric::Kind::kSummary: return summary(in, out);
      case OtlpMetric::Kind::kExponentialHistogram:
      case OtlpMetric::Kind::kNone: return {};  // counted, not read
    }
    return {};
  }

  Status number(pbf_reader in, OtlpPoint& out) {
    while (in.next()) {
      switch (in.tag_and_type()) {
        case fixed_field(point::kTime): out.time_ns = in.get_fixed64(); break;
        case fixed_field(point::kDouble): out.value = in.get_double(); break;
        case fixed_field(point::kInt): out.value = static_cast<double>(in.get_sfixed64()); break;
        case bytes_field(point::kAttributes): TRY(attribute(in.get_message(), out.attributes)); break;
        case number_field(point::kFlags): out.flags = in.get_uint32(); break;
        default: in.skip();
      }
    }
    return {};
  }

  Status histogram(pbf_reader in, OtlpPoint& out) {
    while (in.next()) {
      switch (in.tag_and_type()) {
        case fixed_field(point::kTime): out.time_ns = in.get_fixed64(); break;
        case fixed_field(point::kCount): out.count = in.get_fixed64(); break;
        case fixed_field(point::kSum):
          out.sum = in.get_double();
          out.has_sum = true;
          break;
        case bytes_field(point::kBuckets):
          for (const uint64_t count : in.get_packed_fixed64()) out.buckets.push_back(count);
          break;
        case fixed_field(point::kBuckets): out.buckets.push_back(in.get_fixed64()); break;
        case bytes_field(point::kBounds):
          for (const double bound : in.get_packed_double()) out.bounds.push_back(bound);
          break;
        case fixed_field(point::kBounds): out.bounds.push_back(in.get_double()); break;
        case bytes_field(point::kHistogramAttributes): TRY(attribute(in.get_message(), out.attributes)); break;
        case number_field(point::kHistogramFlags): out.flags = in.get_uint32(); break;
        default: in.skip();
      }
    }
    return {};
  }

  Status summary(pbf_reader in, OtlpPoint& out) {
    out.has_sum = true;
    while (in.next()) {
      switch (in.tag_and_type()) {
        case fixed_field(point::kTime): out.time_ns = in.get_fixed64(); break;
        case fixed_field(point::kCount): out.count = in.get_fixed64(); break;
        case fixed_field(point::kSum): out.sum = in.get_double(); break;
        case bytes_field(point::kQuantiles): quantile(in.get_message(), out); break;
        case bytes_field(point::kAttributes): TRY(attribute(in.get_message(), out.attributes)); break;
        case number_field(point::kFlags): out.flags = in.get_uint32(); break;
        default: in.skip();
      }
    }
    return {};
  }

  static void quantile(pbf_reader in, OtlpPoint& out) {
    auto& [quantile, value] = out.quantiles.emplace_back();
    while (in.next()) {
      switch (in.tag_and_type()) {
        case fixed_field(1): quantile = in.get_double(); break;
        case fixed_field(2): value = in.get_double(); break;
        default: in.skip();
      }
    }
  }

  Status attribute(pbf_reader in, OtlpAttributes& out) const {
    auto& [key, value] = out.emplace_back();
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(1): key = view(in); break;
        case bytes_field(2): {
          value.clear();
          TRY(any_value(in.get_message(), value, false, 0));
          break;
        }
        default: in.skip();
      }
    }
    return {};
  }

  /// Appends an AnyValue as text, or as JSON where it is within another.
  Status any_value(pbf_reader in, std::string& out, bool json, size_t depth) const {
    if (depth > limits_.depth) return Error(Code::kResourceExhausted, "values of attributes nest too deep");
    const size_t from = out.size();
    while (in.next()) {
      out.resize(from);
      switch (in.tag_and_type()) {
        case bytes_field(1): append_otlp_text(out, view(in), json); break;
        case number_field(2): out += in.get_bool() ? "true" : "false"; break;
        case number_field(3): out += std::to_string(in.get_int64()); break;
        case fixed_field(4): append_otlp_double(out, in.get_double(), json); break;
        case bytes_field(5): TRY(array(in.get_message(), out, depth)); break;
        case bytes_field(6): TRY(map(in.get_message(), out, depth)); break;
        case bytes_field(7): append_otlp_text(out, base64(view(in)), json); break;
        default: in.skip();
      }
    }
    if (json && out.size() == from) out += "null";
    return {};
  }

  Status array(pbf_reader in, std::string& out, size_t depth) const {
    char before = '[';
    while (in.next()) {
      if (in.tag_and_type() != bytes_field(1)) {
        in.skip();
        continue;
      }
      out += before;
      before = ',';
      TRY(any_value(in.get_message(), out, true, depth + 1));
    }
    out += before == '[' ? "[]" : "]";
    return {};
  }

  Status map(pbf_reader in, std::string& out, size_t depth) const {
    OtlpAttributes items;
    while (in.next()) {
      if (in.tag_and_type() != bytes_field(1)) {
        in.skip();
        continue;
      }
      auto& [key, value] = items.emplace_back();
      pbf_reader item = in.get_message();
      while (item.next()) {
        switch (item.tag_and_type()) {
          case bytes_field(1): key = view(item); break;
          case bytes_field(2): {
            value.clear();
            TRY(any_value(item.get_message(), value, true, depth + 1));
            break;
          }
          default: item.skip();
        }
      }
    }
    append_otlp_map(out, std::move(items));
    return {};
  }

  const OtlpLimits& limits_;
  size_t points_ = 0;
};

}  // namespace

Result<std::vector<OtlpResource>> decode_otlp_protobuf(std::string_view body, const OtlpLimits& limits) {
  // protozero throws on a damaged message.
  try {
    return Decoder(limits).decode(body);
  } catch (const protozero::exception& e) {
    return Error(Code::kInvalidArgument, fmt::format("the body is not an ExportMetricsServiceRequest: {}", e.what()));
  }
}

std::string encode_otlp_answer(uint64_t rejected, std::string_view message) {
  std::string out;
  if (rejected == 0 && message.empty()) return out;
  pbf_writer answer(out);
  pbf_writer partial(answer, 1);
  partial.add_int64(1, static_cast<int64_t>(rejected));
  partial.add_string(2, message.data(), message.size());
  return out;
}

std::string encode_rpc_status(int32_t code, std::string_view message) {
  std::string out;
  pbf_writer status(out);
  status.add_int32(1, code);
  status.add_string(2, message.data(), message.size());
  return out;
}

}  // namespace oreum::encoding
