// Everything of ours that reads bytes off the network: targets, forms, header lists, gzip, and the parser's wrapper.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "net/client.h"
#include "net/gzip.h"
#include "net/message_parser.h"
#include "net/text.h"
#include "net/url.h"

namespace {

using oreum::net::MessageParser;

constexpr size_t kLimit = 4096;

/// In two pieces: what the first leaves must come again before the second.
void parse_message(MessageParser::Kind kind, std::string_view text, size_t cut) {
  MessageParser parser(kind, {kLimit, kLimit});
  std::string data;
  for (const std::string_view piece : {text.substr(0, cut), text.substr(cut)}) {
    data += piece;
    while (true) {
      std::string_view in = data;
      const MessageParser::Step step = parser.put(in);
      data.erase(0, data.size() - in.size());
      OREUM_CHECK(parser.message().body.size() <= kLimit, "the body is within its limit");
      if (step == MessageParser::Step::kBad) return;
      if (step == MessageParser::Step::kNeedMore) break;
      if (step == MessageParser::Step::kDone) parser.reset();
      if (step == MessageParser::Step::kDone && data.empty()) break;
    }
  }
  static_cast<void>(parser.finish());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto decoded = oreum::net::percent_decode(text, true);
  OREUM_CHECK(!decoded || decoded->size() <= size, "decoding never grows");
  OREUM_CHECK(oreum::net::percent_decode(oreum::net::url_encode(text), false) == text, "encoding is undone");
  static_cast<void>(oreum::net::parse_target(text));
  static_cast<void>(oreum::net::parse_form(text));
  static_cast<void>(oreum::net::parse_url(text));
  static_cast<void>(oreum::net::accepts_gzip(text));
  static_cast<void>(oreum::net::is_compressible(text));
  static_cast<void>(oreum::net::list_has(text, "x"));
  const auto unpacked = oreum::net::gunzip(text, kLimit);
  OREUM_CHECK(!unpacked || unpacked->size() <= kLimit, "what comes out is within its limit");
  if (size > 0) {
    parse_message(MessageParser::Kind::kRequest, text.substr(1), bytes[0] % size);
    parse_message(MessageParser::Kind::kResponse, text.substr(1), bytes[0] % size);
  }
  return 0;
}
