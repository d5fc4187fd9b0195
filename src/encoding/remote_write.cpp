#include "encoding/remote_write.h"

#include <snappy.h>
#include <protozero/pbf_writer.hpp>

#include "encoding/remote_write_fields.h"

namespace oreum::encoding {

namespace {

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
  RemoteWriteDecoder decoder(nullptr, limits);
  TRY(decoder.decode(body));
  return std::move(decoder.result());
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
