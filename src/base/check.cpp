#include "base/check.h"

#include <cstdlib>

#include <fmt/core.h>

namespace oreum {

void check_failed(std::string_view expr, std::string_view message, const char* file, int line) {
  fmt::print(stderr, "oreum: check failed: {} ({}) at {}:{}\n", expr, message, file, line);
  std::abort();
}

}  // namespace oreum
