#include "promql/parse/literals.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "promql/parse/utf8.h"

namespace oreum::promql {
namespace {

TEST(Literals, ReadNumbersInEveryNotation) {
  const std::pair<std::string_view, double> kCases[] = {
      {"0", 0},
      {"12", 12},
      {"1.5", 1.5},
      {".5", 0.5},
      {"5.", 5},
      {"1e3", 1000},
      {"2.5E-3", 0.0025},
      {"1.e5", 1e5},
      {"0x1F", 31},
      {"0Xff", 255},
      {"017", 15},
      {"08", 8},
      {"017.5", 17.5},
      {"1_000", 1000},
      {"1_0.5", 10.5},
      {"1.2_3", 1.23},
      {"0x1_F", 31},
      {"0x_1", 1},
      {"0_1", 1},
      {"1e1_0", 1e10},
      {"inf", INFINITY},
      {"Inf", INFINITY},
      {"1e-400", 0},
      {"0_8", 8},
      {"9223372036854775808", 9223372036854775808.0},
  };
  for (const auto& [text, value] : kCases) EXPECT_EQ(parse_number(text), value) << text;
  EXPECT_TRUE(std::isnan(parse_number("NaN").value()));
  for (const std::string_view text : {"", "0x", "1e", "1e+", "1__0", "1_", "_1", "0x__1", "1_e5", "1._5", "1.2.3",
                                      "1e400", "0xFFFFFFFFFFFFFFFF", "five"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
}

TEST(Literals, ReadDurations) {
  EXPECT_EQ(parse_duration_literal("1h30m").value, milliseconds(5'400'000));
  EXPECT_EQ(parse_duration_literal("1y2w3d4h5m6s7ms").value,
            milliseconds(((365 + 14 + 3) * 86'400'000LL) + (4 * 3'600'000) + (5 * 60'000) + 6007));
  EXPECT_EQ(parse_duration_literal("5m5m").error, "not a valid duration string: \"5m5m\"");
  EXPECT_EQ(parse_duration_literal("30m1h").error, "not a valid duration string: \"30m1h\"");
  EXPECT_EQ(parse_duration_literal("5.5m").error, "unknown unit \".\" in duration \"5.5m\"");
  EXPECT_EQ(parse_duration_literal("293y").error, "duration out of range");
  EXPECT_EQ(parse_duration_literal("99999999999999999999s").error, "duration out of range");
}

/// What a string stands for, or what is wrong with it.
std::string read(std::string_view text) {
  const StringEnd scanned = scan_string(text, 0);
  return scanned.error.empty() ? unquote(text.substr(0, scanned.end)) : scanned.error;
}

TEST(Literals, ReadStringsWithEveryEscape) {
  EXPECT_EQ(read(R"("a\a\b\f\n\r\t\v\\\"z" rest)"), "a\a\b\f\n\r\t\v\\\"z");
  EXPECT_EQ(read(R"('it\'s "so"')"), "it's \"so\"");
  EXPECT_EQ(read("`raw \\n\n\"'`"), "raw \\n\n\"'");
  EXPECT_EQ(read(R"("\x41\101\u00e9\U0001F600")"), "AAé😀");
  EXPECT_EQ(read(R"("\xff\000")"), std::string("\xff\0", 2));
  EXPECT_EQ(read("\"日本語\""), "日本語");
}

TEST(Literals, SayWhatIsWrongWithAString) {
  EXPECT_EQ(read("\"a"), "unterminated quoted string");
  EXPECT_EQ(read("'a\nb'"), "unterminated quoted string");
  EXPECT_EQ(read("`a"), "unterminated raw string");
  EXPECT_EQ(read(R"("\q")"), "unknown escape sequence U+0071 'q'");
  EXPECT_EQ(read(R"("\'")"), "unknown escape sequence U+0027 '\''");
  EXPECT_EQ(read(R"("\xg0")"), "illegal character U+0067 'g' in escape sequence");
  EXPECT_EQ(read(R"("\08")"), "illegal character U+0038 '8' in escape sequence");
  EXPECT_EQ(read("\"\\u12"), "escape sequence not terminated");
  EXPECT_EQ(read("\"\\"), "escape sequence not terminated");
  EXPECT_EQ(read(R"("\ud800")"), "escape sequence is an invalid Unicode code point");
  EXPECT_EQ(read(R"("\U00110000")"), "escape sequence is an invalid Unicode code point");
  EXPECT_EQ(read(R"("\400")"), "escape sequence is an invalid Unicode code point");
  EXPECT_EQ(read("\"\xff\""), "invalid UTF-8 rune");
  EXPECT_EQ(read("`\xc3`"), "invalid UTF-8 rune");
}

TEST(Literals, QuoteWhatCannotBePrinted) {
  EXPECT_EQ(quote("a\"b\\c\n\t\x01\x7f"), R"("a\"b\\c\n\t\x01\x7f")");
  EXPECT_EQ(quote("é😀 日"), "\"é😀 日\"");
  EXPECT_EQ(quote("\xff\xc2\xa0\xe2\x80\xa8\xef\xbb\xbf"), R"("\xff\u00a0\u2028\ufeff")");
  EXPECT_EQ(quote("\xf3\xb0\x80\x80"), R"("\U000f0000")");
}

RC_GTEST_PROP(Literals, WhatIsQuotedReadsBack, (const std::string& text)) { RC_ASSERT(read(quote(text)) == text); }

RC_GTEST_PROP(Literals, AnyBytesAreAStringOrAnError, (const std::string& text, bool raw)) {
  const std::string quoted = (raw ? "`" : "\"") + text;
  const StringEnd scanned = scan_string(quoted, 0);
  RC_ASSERT(!scanned.error.empty() || (scanned.end >= 2 && scanned.end <= quoted.size()));
  if (scanned.error.empty()) RC_ASSERT(read(quote(unquote(quoted.substr(0, scanned.end)))) == read(quoted));
}

TEST(Literals, KnowWhatIsUtf8) {
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(rune_at(bad, 0).valid);
    EXPECT_EQ(rune_at(bad, 0).size, 1U);
  }
}

RC_GTEST_PROP(Literals, RunesReadBack, ()) {
  const auto code =
      *rc::gen::suchThat(rc::gen::inRange<uint32_t>(0, 0x110000), [](uint32_t c) { return c < 0xD800 || c >= 0xE000; });
  std::string text;
  append_utf8(text, code);
  RC_ASSERT(rune_at(text, 0).valid);
  RC_ASSERT(rune_at(text, 0).code == code);
  RC_ASSERT(rune_at(text, 0).size == text.size());
}

}  // namespace
}  // namespace oreum::promql
