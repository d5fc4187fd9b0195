// Any bytes as a line of an import, as an older database's JSON value, and as the text of a dump: samples, rows, or an
// error; and a series that was read is written so that it is read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "db/sqlite_dump.h"
#include "transfer/legacy_value.h"
#include "transfer/text_parser.h"

namespace {

using namespace oreum;  // NOLINT(google-build-using-namespace): a program of one file

void line(std::string_view text) {
  for (const auto format : {transfer::TextFormat::kOpenMetrics, transfer::TextFormat::kPrometheus}) {
    transfer::TextParser parser(format);
    transfer::TextParser::Sample sample;
    const auto kind = parser.parse(text, sample);
    if (!kind || *kind != transfer::TextParser::Kind::kSample) continue;
    std::string written;
    transfer::append_series(written, sample.series->labels);
    written += format == transfer::TextFormat::kOpenMetrics ? " 1 1" : " 1 1000";
    transfer::TextParser::Sample again;
    if (!parser.parse(written, again) || !(again.series->labels == sample.series->labels)) std::abort();
  }
}

void dump(std::string_view text) {
  auto loader = db::DumpLoader::open();
  if (!loader || !loader->feed(text)) return;
  (void)loader->finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0: line(text); break;
    case 1: (void)transfer::read_legacy_value("system", text); break;
    default: dump(text); break;
  }
  return 0;
}
