#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/file.h"
#include "config/config.h"
#include "support/temp_dir.h"

namespace oreum::config {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string error_of(const Sources& sources) {
  const Result<Loaded> loaded = load(sources);
  return loaded ? "no error" : loaded.error().to_string();
}

class File {
 public:
  explicit File(std::string_view text) { dir_.write("oreum.yaml", text); }
  Sources sources() const { return {.file = dir_ / "oreum.yaml", .variables = {}, .flags = {}}; }
  std::string error() const { return error_of(sources()); }

 private:
  test::TempDir dir_;
};

TEST(Load, OriginsAreListedOrRefused) {
  const Result<Loaded> loaded = load({.flags = {{"cors_origins", "https://a.example, http://b:3000"}}});
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->config.cors_origins, (std::vector<std::string>{"https://a.example", "http://b:3000"}));
  for (const char* wrong : {"a.example", "https://", "https://a.example/path", "*,b"}) {
    EXPECT_FALSE(load({.flags = {{"cors_origins", wrong}}})) << wrong;
  }
}

TEST(Load, DefaultsNeedNothing) {
  const Result<Loaded> loaded = load({});
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->config.listen.to_string(), "127.0.0.1:8000");
  EXPECT_EQ(loaded->config.interval, milliseconds(1000));
  EXPECT_FALSE(loaded->config.instance.empty());
  EXPECT_EQ(loaded->origin.at("interval"), "default");
}

TEST(Load, FlagsBeatVariablesBeatTheFile) {
  const File file("interval: 2s\nretention: 7d\nlisten: 127.0.0.1:1\ncollectors:\n  disable: [zfs, xfs]\n");
  Sources sources = file.sources();
  sources.variables = {{"OREUM_INTERVAL", "3s"}, {"OREUM_LISTEN", "127.0.0.1:2"}};
  sources.flags = {{"interval", "4s"}};
  const Result<Loaded> loaded = load(sources);
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->config.interval, milliseconds(4000));
  EXPECT_EQ(loaded->config.listen.port, 2);
  EXPECT_EQ(loaded->config.retention, milliseconds(7LL * 86'400'000));
  EXPECT_EQ(loaded->config.disabled_collectors, (std::vector<std::string>{"zfs", "xfs"}));
  EXPECT_EQ(loaded->origin.at("interval"), "--interval");
  EXPECT_EQ(loaded->origin.at("listen"), "OREUM_LISTEN");
  EXPECT_THAT(loaded->origin.at("retention"), EndsWith("oreum.yaml:2:12"));
}

TEST(Load, AnUnknownKeyNamesFileLineAndTheNearestKey) {
  EXPECT_THAT(File("data: /tmp/x\nintervall: 1s\n").error(),
              HasSubstr("oreum.yaml:2:1: unknown key intervall; did you mean interval?"));
  EXPECT_THAT(File("log:\n  levle: info\n").error(),
              HasSubstr("oreum.yaml:2:3: unknown key log.levle; did you mean log.level?"));
}

TEST(Load, BadValuesSayWhatWasExpected) {
  EXPECT_THAT(File("interval: soon\n").error(), HasSubstr("oreum.yaml:1:11: interval: duration \"soon\": expected"));
  EXPECT_THAT(File("interval: 1ms\n").error(), HasSubstr("expected between 10ms and 1h"));
  EXPECT_THAT(File("listen: here\n").error(), HasSubstr("expected HOST:PORT"));
  EXPECT_THAT(File("retention_size: many\n").error(), HasSubstr("expected a size like 2GB"));
  EXPECT_THAT(File("retention_1m: long\n").error(), HasSubstr("retention_1m: duration \"long\""));
  EXPECT_THAT(File("interval: {a: 1}\n").error(), HasSubstr("expected one value"));
  EXPECT_THAT(File("interval: 1s\ninterval: 2s\n").error(), HasSubstr("2:1: interval is given twice"));
  EXPECT_THAT(File("- a\n").error(), HasSubstr("expected keys and values"));
  EXPECT_THAT(File("a: [\n").error(), HasSubstr("oreum.yaml:"));
  EXPECT_THAT(error_of({.file = "/nonexistent/oreum.yaml", .variables = {}, .flags = {}}), HasSubstr("No such file"));
}

TEST(Load, ListeningBeyondLoopbackTakesAnExplicitWord) {
  Sources sources;
  sources.flags = {{"listen", "0.0.0.0:8000"}};
  EXPECT_THAT(error_of(sources), HasSubstr("--insecure-listen"));
  sources.flags.emplace_back("insecure_listen", "true");
  EXPECT_TRUE(load(sources));
}

TEST(Load, AForeignVariableIsAWarning) {
  Sources sources;
  sources.variables = {{"OREUM_PORT_8000_TCP", "tcp://10.0.0.1:8000"}, {"OREUM_INTERVALL", "1s"}};
  const Result<Loaded> loaded = load(sources);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->warnings.size(), 2U);
  EXPECT_THAT(loaded->warnings[0], HasSubstr("did you mean OREUM_INTERVAL?"));
}

TEST(Load, ShowsEveryValueInAFormThatLoadsAgain) {
  const Result<Loaded> first = load({});
  ASSERT_TRUE(first);
  Sources again;
  for (const Setting& s : settings()) again.flags.emplace_back(s.key, s.show(first->config));
  const Result<Loaded> second = load(again);
  ASSERT_TRUE(second) << second.error().to_string();
  for (const Setting& s : settings()) EXPECT_EQ(s.show(first->config), s.show(second->config)) << s.key;
}

TEST(Values, ExamplesOfTheTableAreGood) {
  for (const Setting& s : settings()) {
    Config config;
    EXPECT_TRUE(s.set(config, s.example)) << s.key;
  }
}

TEST(Values, EveryKeyIsDocumented) {
  const Result<std::string> page = read_file(std::string(OREUM_FIXTURES) + "/../../docs/configuration.md");
  ASSERT_TRUE(page);
  for (const Setting& s : settings()) {
    const std::string row = fmt::format("| `{}` | `{}` | `{}` |", s.key, variable_of(s.key), flag_of(s.key));
    EXPECT_THAT(*page, HasSubstr(row));
  }
}

TEST(Values, Addresses) {
  EXPECT_EQ(parse_listen("[::1]:0")->to_string(), "[::1]:0");
  EXPECT_EQ(parse_listen(":9")->to_string(), "127.0.0.1:9");
  for (const char* bad : {"", "8000", "::1:80", "[::1:80", "h:65536", "h:-1"}) EXPECT_FALSE(parse_listen(bad)) << bad;
}

TEST(Values, Bytes) {
  EXPECT_EQ(*parse_bytes("2GB"), 2'000'000'000U);
  EXPECT_EQ(*parse_bytes("1.5 KiB"), 1536U);
  EXPECT_EQ(*parse_bytes("0"), 0U);
  for (const char* bad : {"", "GB", "1XB", "-1", "1e30GB", "99999999999TB"}) EXPECT_FALSE(parse_bytes(bad)) << bad;
}

RC_GTEST_PROP(Load, AnyTextIsAnErrorOrAConfig, (std::string text)) {
  const File file(text);
  RC_ASSERT(load(file.sources()).has_value() || !file.error().empty());
}

}  // namespace
}  // namespace oreum::config
