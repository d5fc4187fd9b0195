// OTLP's metrics, as protobuf and as JSON, up to the series they become.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "encoding/otlp_translate.h"

namespace {

using Resources = oreum::Result<std::vector<oreum::encoding::OtlpResource>>;

void translate(const Resources& resources) {
  if (!resources) return;
  const oreum::encoding::OtlpSamples samples = oreum::encoding::translate_otlp(*resources);
  for (const std::string_view labels : samples.batch.labels()) {
    const auto decoded = oreum::model::Labels::decode(labels);
    OREUM_CHECK(decoded && !decoded->metric().empty(), "what is translated is a series");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  oreum::encoding::OtlpLimits limits;
  limits.points = 1000;
  translate(oreum::encoding::decode_otlp_protobuf(bytes, limits));
  translate(oreum::encoding::decode_otlp_json(bytes, limits));
  return 0;
}
