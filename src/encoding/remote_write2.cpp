#include "encoding/remote_write2.h"

#include <algorithm>
#include <exception>

#include <fmt/core.h>
#include <protozero/pbf_reader.hpp>

#include "encoding/sent_labels.h"
#include "encoding/snappy_block.h"

namespace oreum::encoding {

namespace {

using model::Label;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

constexpr uint32_t bytes_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::length_delimited); }
constexpr uint32_t number_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::varint); }

// io.prometheus.write.v2.Request and the messages in it.
constexpr uint32_t kSymbols = 4;
constexpr uint32_t kTimeseries = 5;
constexpr uint32_t kLabelRefs = 1;
constexpr uint32_t kSamples = 2;
constexpr uint32_t kHistograms = 3;
constexpr uint32_t kExemplars = 4;
constexpr uint32_t kMetadata = 5;
constexpr uint32_t kSampleValue = 1;
constexpr uint32_t kSampleTime = 2;
constexpr uint32_t kMetadataType = 1;
constexpr uint32_t kMetadataHelp = 3;
constexpr uint32_t kMetadataUnit = 4;

std::string_view view(pbf_reader& in) {
  const auto v = in.get_view();
  return {v.data(), v.size()};
}

/// The family of a histogram's or a summary's series.
std::string_view family_of(std::string_view metric, MetadataType type) {
  if (type != MetadataType::kHistogram && type != MetadataType::kSummary) return metric;
  for (const std::string_view ending : {"_bucket", "_sum", "_count"}) {
    if (metric.ends_with(ending)) return metric.substr(0, metric.size() - ending.size());
  }
  return metric;
}

class Decoder {
 public:
  explicit Decoder(const RemoteWriteLimits& limits) : limits_(limits) {}

  Status decode(std::string_view message) {
    // The table of symbols may come behind the series that refer to it.
    pbf_reader in(message.data(), message.size());
    while (in.next()) {
      if (in.tag_and_type() == bytes_field(kSymbols)) {
        TRY(symbol(view(in)));
      } else {
        in.skip();
      }
    }
    in = pbf_reader(message.data(), message.size());
    while (in.next()) {
      if (in.tag_and_type() == bytes_field(kTimeseries)) {
        TRY(timeseries(in.get_message()));
      } else {
        in.skip();
      }
    }
    return {};
  }

  RemoteWrite take() { return std::move(out_); }

 private:
  Status symbol(std::string_view text) {
    if (text.size() > limits_.label_bytes) {
      return Error(Code::kResourceExhausted,
                   fmt::format("a label's name or value has more than {} bytes", limits_.label_bytes));
    }
    symbols_.push_back(text);
    return {};
  }

  Result<std::string_view> text_of(uint64_t ref) const {
    if (ref < symbols_.size()) return symbols_[static_cast<size_t>(ref)];
    return Error(Code::kInvalidArgument,
                 fmt::format("the body is not a write.v2.Request: it refers to text {} of {}", ref, symbols_.size()));
  }

  Status timeseries(pbf_reader in) {
    labels_.clear();
    samples_.clear();
    refs_.clear();
    MetricMetadata described;
    bool has_metadata = false;
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(kLabelRefs):
          for (const uint32_t ref : in.get_packed_uint32()) refs_.push_back(ref);
          break;
        case number_field(kLabelRefs): refs_.push_back(in.get_uint32()); break;
        case bytes_field(kSamples): sample(in.get_message()); break;
        case bytes_field(kMetadata):
          TRY(metadata(in.get_message(), described));
          has_metadata = true;
          break;
        case bytes_field(kExemplars):
          ++out_.exemplars;
          in.skip();
          break;
        case bytes_field(kHistograms): ++out_.histograms; [[fallthrough]];
        default: in.skip();
      }
    }
    TRY(labels());
    const std::string_view fault = encode_sent(labels_, encoded_);
    if (has_metadata && fault.empty()) describe(std::move(described));
    return store(fault);
  }

  Status labels() {
    if (refs_.size() % 2 != 0) {
      return Error(Code::kInvalidArgument, "the body is not a write.v2.Request: a label name has no value");
    }
    if (refs_.size() / 2 > limits_.labels) {
      return Error(Code::kResourceExhausted, fmt::format("a series has more than {} labels", limits_.labels));
    }
    for (size_t i = 0; i < refs_.size(); i += 2) {
      TRY_ASSIGN(const std::string_view name, text_of(refs_[i]));
      TRY_ASSIGN(const std::string_view value, text_of(refs_[i + 1]));
      labels_.push_back({name, value});
    }
    return {};
  }

  Status store(std::string_view fault) {
    if (samples_.empty()) return {};
    if (out_.batch.size() + samples_.size() > limits_.samples) {
      return Error(Code::kResourceExhausted, fmt::format("the request has more than {} samples", limits_.samples));
    }
    if (!fault.empty()) {
      ++out_.invalid_series;
      out_.invalid_samples += samples_.size();
      if (out_.first_invalid.empty()) {
        out_.first_invalid = fmt::format("{} in {}", fault, model::Labels::of(labels_).to_string());
      }
      return {};
    }
    TRY_ASSIGN(model::Labels decoded, model::Labels::decode(encoded_));
    const model::Series& series = out_.batch.own(model::Series(std::move(decoded)));
    for (const model::Sample& s : samples_) out_.batch.add(series, s.t, s.v);
    return {};
  }

  void sample(pbf_reader in) {
    model::Sample& out = samples_.emplace_back();
    while (in.next()) {
      switch (in.tag_and_type()) {
        case tag_and_type(kSampleValue, pbf_wire_type::fixed64): out.v = in.get_double(); break;
        case number_field(kSampleTime): out.t.ms = in.get_int64(); break;
        default: in.skip();
      }
    }
  }

  Status metadata(pbf_reader in, MetricMetadata& out) const {
    while (in.next()) {
      switch (in.tag_and_type()) {
        case number_field(kMetadataType): out.type = metadata_type(in.get_uint64()); break;
        case number_field(kMetadataHelp): {
          TRY_ASSIGN(out.help, text_of(in.get_uint32()));
          break;
        }
        case number_field(kMetadataUnit): {
          TRY_ASSIGN(out.unit, text_of(in.get_uint32()));
          break;
        }
        default: in.skip();
      }
    }
    return {};
  }

  void describe(MetricMetadata described) {
    if (described.type == MetadataType::kUnknown && described.help.empty() && described.unit.empty()) return;
    ++out_.metadata;
    const auto named =
        std::find_if(labels_.begin(), labels_.end(), [](const Label& l) { return l.name == model::kMetricName; });
    described.family = family_of(named->value, described.type);
    // Each series says it again.
    if (out_.described.empty() || out_.described.back() != described) out_.described.push_back(std::move(described));
  }

  const RemoteWriteLimits& limits_;
  RemoteWrite out_;
  std::vector<std::string_view> symbols_;
  // Of the series being read; kept for their memory.
  std::vector<uint32_t> refs_;
  std::vector<Label> labels_;
  std::vector<model::Sample> samples_;
  std::string encoded_;
};

}  // namespace

Result<RemoteWrite> decode_remote_write2(std::string_view body, const RemoteWriteLimits& limits) {
  TRY_ASSIGN(const std::string message, unpack_snappy(body, limits.decoded_bytes));
  Decoder decoder(limits);
  // protozero throws on a damaged message.
  try {
    TRY(decoder.decode(message));
  } catch (const protozero::exception& e) {
    return Error(Code::kInvalidArgument, fmt::format("the body is not a write.v2.Request: {}", e.what()));
  }
  return decoder.take();
}

}  // namespace oreum::encoding
