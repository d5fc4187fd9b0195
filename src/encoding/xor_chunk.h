// Prometheus' XOR chunks: what remote read streams. Written here, never stored.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace oreum::encoding {

/// A chunk of up to 65,535 samples: their number in two bytes, then bits. Times are milliseconds and rise.
std::string xor_chunk(std::span<const int64_t> t, std::span<const double> v);

}  // namespace oreum::encoding
