// Two ways through a request. The short one knows the layout that senders write (labels, then samples, fields in the
// order of their numbers) and label sets met before; wherever it meets anything else, the long one reads that series
// from its start.
#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <snappy.h>
#include <protozero/pbf_reader.hpp>

#include "encoding/remote_write.h"
#include "encoding/remote_write_fields.h"
#include "encoding/sent_labels.h"
#include "model/varint.h"

namespace oreum::encoding {

namespace {

using model::Label;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

constexpr size_t kKeptBytes = size_t{4} << 20;  // a buffer grown beyond it is given back

constexpr uint32_t bytes_field(uint32_t tag) { return tag_and_type(tag, pbf_wire_type::length_delimited); }

// The same as single bytes: all field numbers are small.
constexpr char kTimeseriesByte = static_cast<char>(bytes_field(kRequestTimeseries));
constexpr char kLabelsByte = static_cast<char>(bytes_field(kSeriesLabels));
constexpr char kSamplesByte = static_cast<char>(bytes_field(kSeriesSamples));
constexpr char kValueByte = static_cast<char>(tag_and_type(kSampleValue, pbf_wire_type::fixed64));
constexpr char kTimeByte = static_cast<char>(tag_and_type(kSampleTime, pbf_wire_type::varint));

std::string_view view(pbf_reader& in) {
  const auto v = in.get_view();
  return {v.data(), v.size()};
}

/// Takes a field of bytes with this tag off the front; false, with nothing taken, when there is none.
[[gnu::always_inline]] inline bool take_field(std::string_view& rest, char tag, std::string_view& field) {
  if (rest.size() < 2 || rest[0] != tag) return false;
  uint64_t size = static_cast<unsigned char>(rest[1]);
  std::string_view after = rest.substr(2);
  if (size >= 0x80) {
    after = rest.substr(1);
    if (!model::read_varint(after, size)) return false;
  }
  if (size > after.size()) return false;
  field = after.substr(0, static_cast<size_t>(size));
  rest = after.substr(static_cast<size_t>(size));
  return true;
}

/// A sample as senders write it: value, then time, each left out when zero.
bool read_plain_sample(std::string_view field, model::Sample& out) {
  constexpr size_t kValueSize = 1 + sizeof(double);
  if (field.size() >= kValueSize && field[0] == kValueByte) {
    std::memcpy(&out.v, field.data() + 1, sizeof out.v);  // little-endian both
    field.remove_prefix(kValueSize);
  }
  if (field.empty()) return true;
  if (field[0] != kTimeByte) return false;
  field.remove_prefix(1);
  uint64_t t = 0;
  if (!model::read_varint(field, t)) return false;
  out.t.ms = static_cast<int64_t>(t);
  return field.empty();
}

}  // namespace

class RemoteWriteDecoder::Impl {
 public:
  Impl(SeriesCache* cache, const RemoteWriteLimits& limits) : cache_(cache), limits_(limits) {}

  Status decode(std::string_view body) {
    clear();
    TRY_ASSIGN(const std::string_view message, unsnap(body));
    // protozero throws on a damaged message.
    try {
      if (cache_ == nullptr) return request(message, nullptr);
      {
        SeriesCache::Lookup lookup(*cache_);
        out_.batch.keep(lookup.lender());
        TRY(request(message, &lookup));
      }
      cache_->insert(fresh_);
      return {};
    } catch (const protozero::exception& e) {
      return Error(Code::kInvalidArgument, fmt::format("the body is not a WriteRequest: {}", e.what()));
    }
  }

  RemoteWrite& result() { return out_; }

 private:
  void clear() {
    model::Batch batch = std::move(out_.batch);
    batch.clear();
    out_ = {};
    out_.batch = std::move(batch);
    fresh_.clear();
    if (capacity_ > kKeptBytes) buffer_.reset();
    if (capacity_ > kKeptBytes) out_.batch = {};
    if (buffer_ == nullptr) capacity_ = 0;
  }

  Result<std::string_view> unsnap(std::string_view body) {
    size_t size = 0;
    if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) {
      return Error(Code::kInvalidArgument, "the body is not a snappy block");
    }
    if (size > limits_.decoded_bytes) {
      return Error(Code::kResourceExhausted,
                   fmt::format("the request unpacks to more than {} bytes", limits_.decoded_bytes));
    }
    if (size > capacity_) {
      buffer_ = std::make_unique_for_overwrite<char[]>(size);
      capacity_ = size;
    }
    if (!snappy::RawUncompress(body.data(), body.size(), buffer_.get())) {
      return Error(Code::kInvalidArgument, "the body is not a snappy block, or a damaged one");
    }
    return std::string_view(buffer_.get(), size);
  }

  Status request(std::string_view message, SeriesCache::Lookup* lookup) {
    while (!message.empty()) {
      std::string_view series;
      if (take_field(message, kTimeseriesByte, series)) {
        if (lookup == nullptr || !plain_series(series, *lookup)) TRY(timeseries(series, lookup));
        continue;
      }
      pbf_reader in(message.data(), message.size());
      if (!in.next()) break;
      TRY(other_field(in, lookup));
      const auto rest = in.data();
      message = {rest.data(), rest.size()};
    }
    return {};
  }

  /// A field that is no series in its usual form.
  Status other_field(pbf_reader& in, SeriesCache::Lookup* lookup) {
    switch (in.tag_and_type()) {
      case bytes_field(kRequestTimeseries): return timeseries(view(in), lookup);
      case bytes_field(kRequestMetadata): metadata(view(in)); break;
      default: in.skip();
    }
    return {};
  }

  /// Metadata that is damaged is no reason to lose samples.
  void metadata(std::string_view message) {
    ++out_.metadata;
    MetricMetadata one;
    try {
      pbf_reader in(message.data(), message.size());
      while (in.next()) {
        switch (in.tag_and_type()) {
          case tag_and_type(kMetadataType, pbf_wire_type::varint): one.type = metadata_type(in.get_uint64()); break;
          case bytes_field(kMetadataFamily): one.family = view(in); break;
          case bytes_field(kMetadataHelp): one.help = view(in); break;
          case bytes_field(kMetadataUnit): one.unit = view(in); break;
          default: in.skip();
        }
      }
    } catch (const protozero::exception&) {
      return;
    }
    if (!one.family.empty()) out_.described.push_back(std::move(one));
  }

  /// The short way; false, with nothing done, where it does not lead.
  bool plain_series(std::string_view message, SeriesCache::Lookup& lookup) {
    std::string_view rest = message;
    std::string_view field;
    while (take_field(rest, kLabelsByte, field)) continue;
    const SeriesCache::Entry* known = lookup.find(hash_sent(message.substr(0, message.size() - rest.size())));
    if (known == nullptr) return false;
    samples_.clear();
    while (!rest.empty()) {
      if (!take_field(rest, kSamplesByte, field) || !read_plain_sample(field, samples_.emplace_back())) return false;
    }
    if (out_.batch.size() + samples_.size() > limits_.samples) return false;
    for (const model::Sample& s : samples_) out_.batch.add(known->id, known->labels, s.t, s.v, known->number);
    return true;
  }

  Status timeseries(std::string_view message, const SeriesCache::Lookup* lookup) {
    labels_.clear();
    samples_.clear();
    pbf_reader in(message.data(), message.size());
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
    if (const std::string_view fault = encode_sent(labels_, encoded_); !fault.empty()) {
      reject(fault);
      return {};
    }
    TRY_ASSIGN(model::Labels labels, model::Labels::decode(encoded_));
    const model::Series& series = out_.batch.own(model::Series(std::move(labels)));
    for (const model::Sample& s : samples_) out_.batch.add(series, s.t, s.v);
    if (lookup != nullptr) remember(message, series);
    return {};
  }

  /// For the next time, if the labels come first and without anything between them.
  void remember(std::string_view message, const model::Series& series) {
    std::string_view rest = message;
    std::string_view field;
    size_t count = 0;
    while (take_field(rest, kLabelsByte, field)) ++count;
    if (count != labels_.size()) return;
    const std::string_view sent = message.substr(0, message.size() - rest.size());
    fresh_.push_back({hash_sent(sent), series.id, series.labels.encoded()});
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

  void reject(std::string_view fault) {
    ++out_.invalid_series;
    out_.invalid_samples += samples_.size();
    if (!out_.first_invalid.empty()) return;
    // Bytes that are no UTF-8 are shown as they came: whoever prints them escapes them.
    out_.first_invalid = fmt::format("{} in {}", fault, model::Labels::of(labels_).to_string());
  }

  SeriesCache* const cache_;
  const RemoteWriteLimits limits_;
  RemoteWrite out_;
  std::vector<SeriesCache::NewEntry> fresh_;  // label sets the cache did not know; borrowed from the batch
  std::unique_ptr<char[]> buffer_;            // the message
  size_t capacity_ = 0;
  // Of the series being read; kept for their memory.
  std::vector<Label> labels_;
  std::vector<model::Sample> samples_;
  std::string encoded_;
};

RemoteWriteDecoder::RemoteWriteDecoder(SeriesCache* cache, const RemoteWriteLimits& limits)
    : impl_(std::make_unique<Impl>(cache, limits)) {}

RemoteWriteDecoder::~RemoteWriteDecoder() = default;

Status RemoteWriteDecoder::decode(std::string_view body) { return impl_->decode(body); }

RemoteWrite& RemoteWriteDecoder::result() { return impl_->result(); }

}  // namespace oreum::encoding
