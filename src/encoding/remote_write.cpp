#include "encoding/remote_write.h"

#include <algorithm>
#include <bit>
#include <exception>
#include <new>
#include <vector>

#include <fmt/core.h>
#include <snappy.h>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "model/varint.h"

namespace oreum::encoding {

namespace {

using model::Label;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

// Field numbers of prometheus.WriteRequest and the messages in it.
constexpr uint32_t kRequestTimeseries = 1;
constexpr uint32_t kRequestMetadata = 3;
constexpr uint32_t kSeriesLabels = 1;
constexpr uint32_t kSeriesSamples = 2;
constexpr uint32_t kSeriesExemplars = 3;
constexpr uint32_t kSeriesHistograms = 4;
constexpr uint32_t kLabelName = 1;
constexpr uint32_t kLabelValue = 2;
constexpr uint32_t kSampleValue = 1;
constexpr uint32_t kSampleTime = 2;

constexpr uint32_t bytes_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::length_delimited); }

std::string_view view(pbf_reader& in) {
  const auto v = in.get_view();
  return {v.data(), v.size()};
}

/// Reads the series of one request. protozero throws on a damaged message; decode_remote_write catches.
class Decoder {
 public:
  explicit Decoder(const RemoteWriteLimits& limits) : limits_(limits) {}

  Status request(std::string_view message) {
    pbf_reader in(message.data(), message.size());
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(kRequestTimeseries): TRY(timeseries(in.get_message())); break;
        case bytes_field(kRequestMetadata): ++out_.metadata; [[fallthrough]];
        default: in.skip();
      }
    }
    return {};
  }

  RemoteWrite take() { return std::move(out_); }

 private:
  Status timeseries(pbf_reader in) {
    labels_.clear();
    samples_.clear();
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(kSeriesLabels): TRY(label(in.get_message())); break;
        case bytes_field(kSeriesSamples): sample(in.get_message()); break;
        case bytes_field(kSeriesExemplars):
          ++out_.exemplars;
          in.skip();
          break;
        case bytes_field(kSeriesHistograms): ++out_.histograms; [[fallthrough]];
        default: in.skip();
      }
    }
    if (samples_.empty()) return {};
    if (out_.batch.size() + samples_.size() > limits_.samples) {
      return Error(Code::kResourceExhausted, fmt::format("the request has more than {} samples", limits_.samples));
    }
    if (const std::string_view fault = encode_labels(); !fault.empty()) {
      reject(fault);
      return {};
    }
    TRY_ASSIGN(model::Labels labels, model::Labels::decode(encoded_));
    const model::Series& series = out_.batch.own(model::Series(std::move(labels)));
    for (const model::Sample& s : samples_) out_.batch.add(series, s.t, s.v);
    return {};
  }

  Status label(pbf_reader in) {
    if (labels_.size() == limits_.labels) {
      return Error(Code::kResourceExhausted, fmt::format("a series has more than {} labels", limits_.labels));
    }
    Label& out = labels_.emplace_back();
    while (in.next()) {
      switch (in.tag_and_type()) {
        case bytes_field(kLabelName): out.name = view(in); break;
        case bytes_field(kLabelValue): out.value = view(in); break;
        default: in.skip();
      }
    }
    if (std::max(out.name.size(), out.value.size()) > limits_.label_bytes) {
      return Error(Code::kResourceExhausted,
                   fmt::format("a label's name or value has more than {} bytes", limits_.label_bytes));
    }
    return {};
  }

  void sample(pbf_reader in) {
    model::Sample& out = samples_.emplace_back();
    while (in.next()) {
      switch (in.tag_and_type()) {
        case tag_and_type(kSampleValue, pbf_wire_type::fixed64): out.v = in.get_double(); break;
        case tag_and_type(kSampleTime, pbf_wire_type::varint): out.t.ms = in.get_int64(); break;
        default: in.skip();
      }
    }
  }

  /// The canonical encoding of labels_ in encoded_; what is wrong with them, if anything.
  std::string_view encode_labels() {
    const auto by_name = [](const Label& a, const Label& b) { return a.name < b.name; };
    if (!std::is_sorted(labels_.begin(), labels_.end(), by_name)) {
      std::sort(labels_.begin(), labels_.end(), by_name);
    }
    encoded_.clear();
    bool named = false;
    const Label* last = nullptr;
    for (const Label& label : labels_) {
      if (label.name.empty()) return "a label without a name";
      if (last != nullptr && last->name == label.name) return "a label name comes twice";
      last = &label;
      if (label.value.empty()) continue;
      named = named || label.name == model::kMetricName;
      model::append_varint(encoded_, label.name.size());
      encoded_ += label.name;
      model::append_varint(encoded_, label.value.size());
      encoded_ += label.value;
    }
    if (!named) return "no metric name (__name__)";
    return well_formed() ? std::string_view() : "a label that is not UTF-8";
  }

  bool well_formed() const {
    return std::all_of(labels_.begin(), labels_.end(), [](const Label& label) {
      return model::is_valid_utf8(label.name) && model::is_valid_utf8(label.value);
    });
  }

  void reject(std::string_view fault) {
    ++out_.invalid_series;
    out_.invalid_samples += samples_.size();
    if (!out_.first_invalid.empty()) return;
    // Bytes that are no UTF-8 are shown as they came: whoever prints them escapes them.
    out_.first_invalid = fmt::format("{} in {}", fault, model::Labels::of(labels_).to_string());
  }

  const RemoteWriteLimits& limits_;
  RemoteWrite out_;
  // Of the series being read; kept for their memory.
  std::vector<Label> labels_;
  std::vector<model::Sample> samples_;
  std::string encoded_;
};

Result<std::string> unsnap(std::string_view body, size_t limit) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) {
    return Error(Code::kInvalidArgument, "the body is not a snappy block");
  }
  if (size > limit) {
    return Error(Code::kResourceExhausted, fmt::format("the request unpacks to more than {} bytes", limit));
  }
  std::string message;
  if (!snappy::Uncompress(body.data(), body.size(), &message)) {
    return Error(Code::kInvalidArgument, "the body is not a snappy block, or a damaged one");
  }
  return message;
}

void append_series(std::string& out, const model::Batch& batch, size_t from, size_t to) {
  protozero::pbf_writer series(out);
  for (model::Labels::Iterator label(batch.labels()[from]); label != model::Labels::Iterator(); ++label) {
    protozero::pbf_writer pair(series, kSeriesLabels);
    pair.add_string(kLabelName, label->name.data(), label->name.size());
    pair.add_string(kLabelValue, label->value.data(), label->value.size());
  }
  for (size_t i = from; i < to; ++i) {
    protozero::pbf_writer sample(series, kSeriesSamples);
    sample.add_double(kSampleValue, batch.values()[i]);
    sample.add_int64(kSampleTime, batch.times()[i].ms);
  }
}

}  // namespace

Result<RemoteWrite> decode_remote_write(std::string_view body, const RemoteWriteLimits& limits) {
  try {
    TRY_ASSIGN(const std::string message, unsnap(body, limits.decoded_bytes));
    Decoder decoder(limits);
    TRY(decoder.request(message));
    return decoder.take();
  } catch (const protozero::exception& e) {
    return Error(Code::kInvalidArgument, fmt::format("the body is not a WriteRequest: {}", e.what()));
  }
}

std::string encode_remote_write(const model::Batch& batch) {
  std::string message;
  std::string series;
  protozero::pbf_writer request(message);
  for (size_t from = 0; from < batch.size();) {
    size_t to = from + 1;
    while (to < batch.size() && batch.ids()[to] == batch.ids()[from]) ++to;
    series.clear();
    append_series(series, batch, from, to);
    request.add_message(kRequestTimeseries, series);
    from = to;
  }
  std::string body;
  snappy::Compress(message.data(), message.size(), &body);
  return body;
}

}  // namespace oreum::encoding
