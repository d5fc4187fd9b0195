#include "transfer/legacy_time.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace oreum::transfer {
namespace {

constexpr TimestampMs kNow{1'767'225'600'000};  // 2026-01-01

TimeCell text(std::string_view t) { return {TimeCell::Type::kText, t}; }
TimeCell integer(int64_t i) { return {TimeCell::Type::kInteger, {}, i}; }
TimeCell real(double d) { return {TimeCell::Type::kReal, {}, 0, d}; }

/// The times of a column in RFC 3339, or "error: …" for all or one.
std::vector<std::string> read(const std::vector<TimeCell>& cells, const TimeOptions& options = {}) {
  auto column = TimeColumn::make(options, kNow);
  if (!column) return {"error: " + column.error().to_string()};
  uint64_t row = 0;
  for (const TimeCell& cell : cells) column->see(++row, cell);
  if (const Status decided = column->decide(); !decided) return {"error: " + decided.error().to_string()};
  std::vector<std::string> out;
  for (const TimeCell& cell : cells) {
    const auto t = column->read(cell);
    out.push_back(t ? format_rfc3339(*t) : "error: " + t.error().to_string());
  }
  for (const std::string& note : column->notes()) out.push_back("note: " + note);
  return out;
}

std::string only(const std::vector<TimeCell>& cells, const TimeOptions& options = {}) {
  return read(cells, options)[0];
}

TEST(LegacyTime, TellsTheUnitOfNumbers) {
  const std::string wanted = "2023-11-14T22:13:20.500Z";
  EXPECT_EQ(only({real(1'700'000'000.5)}), wanted);
  EXPECT_EQ(only({integer(1'700'000'000'500)}), wanted);
  EXPECT_EQ(only({integer(1'700'000'000'500'000)}), wanted);
  EXPECT_EQ(only({integer(1'700'000'000'500'000'000)}), wanted);
  EXPECT_EQ(only({text(" 1700000000.5 ")}), wanted);
  EXPECT_EQ(read({integer(1'700'000'000)}),
            (std::vector<std::string>{"2023-11-14T22:13:20.000Z", "note: timestamps: numbers are seconds"}));
}

TEST(LegacyTime, NumbersOfTwoUnitsOrNoneMustBeDecided) {
  const std::string mixed = only({integer(1'700'000'000), integer(1'700'000'000'500)});
  EXPECT_NE(mixed.find("1 look like seconds (row 1: 1700000000) and 1 look like milliseconds (row 2"),
            std::string::npos)
      << mixed;
  EXPECT_NE(mixed.find("--timestamps"), std::string::npos);
  EXPECT_NE(only({integer(42), integer(43)}).find("2 numbers are no time since 2000"), std::string::npos);
  EXPECT_EQ(only({integer(42)}, {.unit = TimeUnit::kSeconds}), "1970-01-01T00:00:42.000Z");
  const auto told = read({integer(1'700'000'000), integer(1'700'000'000'500)}, {.unit = TimeUnit::kMilliseconds});
  EXPECT_NE(told[0].find("of another unit"), std::string::npos) << "never taken for January 1970";
  EXPECT_EQ(told[1], "2023-11-14T22:13:20.500Z");
  const auto odd = read({integer(1'700'000'000), integer(7), {}});
  EXPECT_NE(odd[1].find("no time since 2000 in seconds"), std::string::npos) << odd[1];
  EXPECT_NE(odd[2].find("NULL"), std::string::npos);
}

TEST(LegacyTime, ReadsIsoTextAndSaysWhatItAssumed) {
  EXPECT_EQ(
      read({text("2024-03-01 12:00:00"), text("2024-03-01T12:00:00.123456"), text("2024-03-01T12:00:00Z"),
            text("2024-03-01 12:00:00.5+09:00"), text("2024-03-01 12:00:00 -0330")}),
      (std::vector<std::string>{"2024-03-01T12:00:00.000Z", "2024-03-01T12:00:00.123Z", "2024-03-01T12:00:00.000Z",
                                "2024-03-01T03:00:00.500Z", "2024-03-01T15:30:00.000Z",
                                "note: timestamps: 2 without a zone, taken as UTC (--timezone says otherwise)"}));
  EXPECT_EQ(only({text("2024-03-01 12:00:00")}, {.zone = "+09:00"}), "2024-03-01T03:00:00.000Z");
  for (const std::string_view bad : {"", "yesterday", "2024-03-01", "2024-13-01 12:00:00", "2024-03-01 25:00:00",
                                     "2024-03-01 12:00:00 Mars", "12:00:00 2024-03-01"}) {
    EXPECT_NE(only({text(bad)}).find("error"), std::string::npos) << bad;
  }
}

TEST(LegacyTime, ANamedZoneKnowsSummerTime) {
  const TimeOptions berlin{.zone = "Europe/Berlin"};
  const auto times = read({text("2024-07-01 12:00:00"), text("2024-01-01 12:00:00"), text("2024-03-31 02:30:00"),
                           text("2024-10-27 02:30:00.250")},
                          berlin);
  EXPECT_EQ(times[0], "2024-07-01T10:00:00.000Z");
  EXPECT_EQ(times[1], "2024-01-01T11:00:00.000Z");
  EXPECT_NE(times[2].find("does not exist"), std::string::npos) << times[2];
  EXPECT_EQ(times[3], "2024-10-27T00:30:00.250Z");
  EXPECT_NE(times[5].find("1 in the hour that comes twice"), std::string::npos) << times[5];
  for (const char* bad : {"Mars/Base", "../etc/passwd", "/etc/passwd", "", "+9"}) {
    EXPECT_NE(only({}, {.zone = bad}).find("--timezone"), std::string::npos) << bad;
  }
}

}  // namespace
}  // namespace oreum::transfer
