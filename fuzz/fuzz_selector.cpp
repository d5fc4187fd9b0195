// Any text as a query's selector is a list of matchers or an error that names the column.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/selector.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)oreum::api::parse_selector(text);
  (void)oreum::api::parse_range_selector(text);
  return 0;
}
