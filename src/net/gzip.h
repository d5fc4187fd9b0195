// gzip over whole bodies, with a bound on what comes out.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum::net {

/// Compresses at the fastest level: here it saves bytes on the wire, not on a disk. Empty when zlib has no memory.
std::string gzip(std::string_view body);

/// Unpacks one gzip body (also of several members). kInvalidArgument when it is damaged, cut short or followed by
/// other bytes; kResourceExhausted when more than `limit` bytes come out, found before they are all in memory.
Result<std::string> gunzip(std::string_view body, size_t limit);

}  // namespace oreum::net
