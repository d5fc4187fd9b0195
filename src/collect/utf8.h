// Label values must be UTF-8; what the kernel says (device names, comm) need not be.
#pragma once

#include <string>
#include <string_view>

namespace oreum::collect {

/// Every byte that is not part of valid UTF-8 becomes U+FFFD.
std::string replace_invalid_utf8(std::string_view text);

}  // namespace oreum::collect
