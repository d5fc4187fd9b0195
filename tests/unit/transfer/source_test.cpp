#include "transfer/source.h"

#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "net/gzip.h"
#include "support/temp_dir.h"

namespace oreum::transfer {
namespace {

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

/// All lines, or the error; "~" behind one that does not end, "…" behind one that is too long.
std::string lines_of(const std::string& bytes, size_t max_line = 1000) {
  const test::TempDir dir;
  dir.write("file", bytes);
  auto source = Source::open(dir / "file");
  if (!source) return source.error().to_string();
  LineReader reader(*source, max_line);
  std::string out;
  for (;;) {
    const auto line = reader.next();
    if (!line) return out + line.error().message() + ": " + line.error().to_string();
    if (!*line) break;
    const std::string_view text = (*line)->text;
    out += fmt::format("{}:{}{}{}|", (*line)->number, text.size() > 20 ? fmt::format("[{}]", text.size()) : text,
                       (*line)->ended ? "" : "~", (*line)->too_long ? "…" : "");
  }
  EXPECT_EQ(source->bytes_read(), bytes.size());
  EXPECT_EQ(source->bytes_total(), bytes.size());
  return out;
}

TEST(Source, ReadsLines) {
  EXPECT_EQ(lines_of(""), "");
  EXPECT_EQ(lines_of("a\n\nb\n"), "1:a|2:|3:b|");
  EXPECT_EQ(lines_of("a\nb"), "1:a|2:b~|");
}

TEST(Source, ALongLineIsCutAndTheNextOnesAreRead) {
  const std::string lengthy(1'000'000, 'x');
  EXPECT_EQ(lines_of("a\n" + lengthy + "\nb\nc\n"), "1:a|2:[200]…|3:b|4:c|");
  EXPECT_EQ(lines_of("a\n" + lengthy), "1:a|2:[200]~…|");
  EXPECT_EQ(lines_of(lengthy + "\nb\n", 2'000'000), "1:[1000000]|2:b|");
}

TEST(Source, UnpacksGzipAndZstdByTheirFirstBytes) {
  std::string text;
  std::string wanted;
  for (int i = 1; i <= 100'000; ++i) {
    text += fmt::format("line {}\n", i);
    wanted += fmt::format("{}:line {}|", i, i);
  }
  EXPECT_TRUE(lines_of(net::gzip(text)) == wanted);
  EXPECT_TRUE(lines_of(zstd(text)) == wanted);
  EXPECT_EQ(lines_of(net::gzip("a\n") + net::gzip("b\n")), "1:a|2:b|");
  EXPECT_EQ(lines_of(zstd("a\n") + zstd("b\n")), "1:a|2:b|");
}

TEST(Source, SaysWhenPackedDataIsDamagedOrCutShort) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += fmt::format("line {}\n", i * i);
  for (const std::string& packed : {net::gzip(text), zstd(text)}) {
    EXPECT_NE(lines_of(packed.substr(0, packed.size() - 3)).find("cut short"), std::string::npos);
    for (size_t at = 12; at < packed.size(); at += 37) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
      EXPECT_NE(lines_of(damaged).find("file"), std::string::npos) << at << " of " << packed.size();
    }
  }
  EXPECT_NE(lines_of(net::gzip("a\n") + "garbage").find("damaged"), std::string::npos);
}

TEST(Source, PeekingTakesNothing) {
  const test::TempDir dir;
  dir.write("file", "SQLite format 3");
  auto source = Source::open(dir / "file");
  ASSERT_TRUE(source.has_value());
  EXPECT_EQ(*source->peek(6), "SQLite");
  EXPECT_EQ(*source->peek(100), "SQLite format 3");
  LineReader reader(*source);
  EXPECT_EQ((**reader.next()).text, "SQLite format 3");
}

TEST(Source, WhatCannotBeOpenedIsSaid) {
  const test::TempDir dir;
  EXPECT_EQ(Source::open(dir / "none").error().code(), Code::kNotFound);
  EXPECT_NE(Source::open(dir.path().string()).error().to_string().find("is a folder"), std::string::npos);
}

}  // namespace
}  // namespace oreum::transfer
