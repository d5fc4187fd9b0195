// The text exposition parser on any bytes: it answers or refuses, within its limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "encoding/exposition_parser.h"
#include "model/labels.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  oreum::encoding::ExpositionLimits limits;
  limits.labels = 8;
  limits.label_bytes = 64;
  const auto families = oreum::encoding::parse_exposition(text, limits);
  if (!families) return 0;
  for (const auto& family : *families) {
    OREUM_CHECK(oreum::model::is_valid_metric_name(family.name), "a parsed name is valid");
    for (const auto& sample : family.samples) {
      OREUM_CHECK(sample.labels.size() <= limits.labels, "the limits hold");
      for (const auto& [name, value] : sample.labels) {
        OREUM_CHECK(oreum::model::is_valid_label_name(name), "a parsed label name is valid");
        OREUM_CHECK(oreum::model::is_valid_utf8(value), "a parsed label value is UTF-8");
      }
    }
  }
  return 0;
}
