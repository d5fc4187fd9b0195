// Snappy's block format, with a bound on what comes out.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum::encoding {

/// kInvalidArgument: no snappy block, or a damaged one; kResourceExhausted: it unpacks to more than `limit` bytes,
/// found before memory is taken.
Result<std::string> unpack_snappy(std::string_view body, size_t limit);
std::string pack_snappy(std::string_view text);

}  // namespace oreum::encoding
