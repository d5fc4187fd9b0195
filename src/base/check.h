// Invariants. A check that fails is a bug of ours: it prints where and stops the program; it is never input validation.
#pragma once

#include <string_view>

namespace oreum {

/// Prints "check failed: <expr> (<message>) at file:line" to standard error and aborts.
[[noreturn]] void check_failed(std::string_view expr, std::string_view message, const char* file, int line);

}  // namespace oreum

#define OREUM_CHECK(cond, message) \
  (static_cast<bool>(cond) ? static_cast<void>(0) : ::oreum::check_failed(#cond, message, __FILE__, __LINE__))
