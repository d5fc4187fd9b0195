// Values of OTLP's attributes as text: what both decoders share.
#pragma once

#include <string>
#include <string_view>

#include "encoding/otlp.h"

namespace oreum::encoding {

/// The text itself, or a JSON string.
void append_otlp_text(std::string& out, std::string_view text, bool json);
/// Digits; what JSON has no number for is a string there.
void append_otlp_double(std::string& out, double v, bool json);
/// An object of items whose values are JSON, by their keys.
void append_otlp_map(std::string& out, OtlpAttributes items);
std::string base64(std::string_view bytes);

inline OtlpMetric::Temporality temporality_of(int64_t number) {
  return number == 1 || number == 2 ? static_cast<OtlpMetric::Temporality>(number)
                                    : OtlpMetric::Temporality::kUnspecified;
}

}  // namespace oreum::encoding
