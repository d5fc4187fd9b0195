// Any text as a query is a tree or an error with its place; what a tree prints is the same tree.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "promql/parse/parser.h"
#include "promql/parse/printer.h"

namespace {

void check_printed(const oreum::promql::Expr& root, const std::string& text) {
  const auto again = oreum::promql::parse(text);
  OREUM_CHECK(again.has_value(), "what is printed is a query");
  OREUM_CHECK(oreum::promql::print(*(*again)->root) == oreum::promql::print(root), "and the same one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto query = oreum::promql::parse(text)) {
    check_printed(*(*query)->root, oreum::promql::print(*(*query)->root));
    check_printed(*(*query)->root, oreum::promql::pretty(*(*query)->root));
  } else {
    OREUM_CHECK(query.error().message().find("parse error: ") != std::string::npos, "errors are of the parser");
  }
  (void)oreum::promql::parse_matchers(text);
  (void)oreum::promql::parse_series_labels(text);
  return 0;
}
