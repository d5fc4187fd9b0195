#include "rules/template.h"

#include <cmath>

#include <gtest/gtest.h>

#include "rules/humanize.h"

namespace oreum::rules {
namespace {

std::string expand(std::string_view text, double value = 1.5) {
  TemplateWorld world;
  world.labels = model::Labels::of({{"instance", "a:9100"}, {"job", "node"}});
  world.external_labels = model::Labels::of({{"region", "north"}});
  world.external_url = "http://oreum.example/base";
  world.value = value;
  world.now = TimestampMs{60'000};
  world.query = [](const std::string& query) -> Result<std::vector<TemplateSample>> {
    if (query == "bad") return Error(Code::kInvalidArgument, "bad query");
    if (query == "none") return std::vector<TemplateSample>{};
    return std::vector<TemplateSample>{{model::Labels::of({{"x", "2"}}), 7}, {model::Labels::of({{"x", "1"}}), 8}};
  };
  const auto out = expand_template(text, world);
  return out ? *out : "ERROR " + out.error().to_string();
}

TEST(Template, PrintsLabelsAndValues) {
  EXPECT_EQ(expand("plain"), "plain");
  EXPECT_EQ(expand("{{ $labels.instance }} {{ .Labels.job }} {{ $value }} {{ .Value }}"), "a:9100 node 1.5 1.5");
  EXPECT_EQ(expand("{{ $externalLabels.region }} {{ $externalURL }}"), "north http://oreum.example/base");
  EXPECT_EQ(expand("<{{ $labels.nope }}>"), "<>");
  EXPECT_EQ(expand("{{ $value }}", 1e6), "1e+06");
  EXPECT_EQ(expand("{{ $value }}", INFINITY), "+Inf");
}

TEST(Template, TrimsAndComments) {
  EXPECT_EQ(expand("a  {{- 1 -}}  b"), "a1b");
  EXPECT_EQ(expand("a {{/* not this */}} b"), "a  b");
}

TEST(Template, Branches) {
  EXPECT_EQ(expand("{{ if gt $value 1.0 }}high{{ else }}low{{ end }}"), "high");
  EXPECT_EQ(expand("{{ if lt $value 1.0 }}a{{ else if eq $labels.job \"x\" \"node\" }}b{{ else }}c{{ end }}"), "b");
  EXPECT_EQ(expand("{{ with $labels.nope }}{{ . }}{{ else }}none{{ end }}"), "none");
  EXPECT_EQ(expand("{{ if and true (not false) }}y{{ end }}{{ or \"\" \"z\" }}"), "yz");
  EXPECT_EQ(expand("{{ if gt $value 1 }}x{{ end }}").substr(0, 5), "ERROR");  // a float and an integer, as in Go
}

TEST(Template, LoopsOverQueries) {
  EXPECT_EQ(expand("{{ range query \"q\" }}{{ .Labels.x }}={{ .Value }};{{ end }}"), "2=7;1=8;");
  EXPECT_EQ(expand("{{ range $i, $s := query \"q\" | sortByLabel \"x\" }}{{ $i }}:{{ $s.Value }} {{ end }}"),
            "0:8 1:7 ");
  EXPECT_EQ(expand("{{ range query \"none\" }}x{{ else }}nothing{{ end }}"), "nothing");
  EXPECT_EQ(expand("{{ range query \"q\" }}{{ .Value }}{{ break }}{{ end }}"), "7");
  EXPECT_EQ(expand("{{ query \"q\" | first | value }} {{ query \"q\" | first | label \"x\" }}"), "7 2");
}

TEST(Template, Variables) {
  EXPECT_EQ(expand("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}"), "2");
  EXPECT_EQ(expand("{{ $y }}").substr(0, 5), "ERROR");
}

TEST(Template, Functions) {
  EXPECT_EQ(expand("{{ humanize 1234567.0 }} {{ humanizeDuration 3661 }} {{ humanizePercentage 0.5 }}"),
            "1.235M 1h 1m 1s 50%");
  EXPECT_EQ(expand("{{ \"ab cd\" | title }} {{ toUpper \"x\" }} {{ toLower \"Y\" }}"), "Ab Cd X y");
  EXPECT_EQ(expand("{{ reReplaceAll \"(.*):(.*)\" \"${2}-$1\" $labels.instance }}"), "9100-a");
  EXPECT_EQ(expand("{{ match \"^a\" \"ab\" }} {{ stripPort $labels.instance }}"), "true a");
  EXPECT_EQ(expand("{{ printf \"%.2f|%5s|%-3d|%q|%%|%d\" $value \"s\" 7 \"q\" \"x\" }}"),
            "1.50|    s|7  |\"q\"|%|%!d(string=x)");
  EXPECT_EQ(expand("{{ graphLink \"a b\" }} {{ pathPrefix }} {{ len \"four\" }} {{ index (query \"q\") 1 | value }}"),
            "/graph?g0.expr=a+b&g0.tab=0 /base 4 8");
}

TEST(Template, SaysWhatIsWrong) {
  for (const char* bad :
       {"{{", "{{ }}", "{{ nope }}", "{{ if true }}", "{{ end }}", "{{ \"open }}", "{{ define \"x\" }}{{ end }}",
        "{{ 1 | }}", "{{ ( }}", "{{ $x }}", "{{ /* }}", "{{ else }}", "{{ . ; }}"}) {
    EXPECT_FALSE(check_template(bad).has_value()) << bad;
  }
  for (const char* bad :
       {"{{ first (query \"none\") }}", "{{ query \"bad\" }}", "{{ $value.x }}", "{{ humanize \"x\" }}",
        "{{ index (query \"q\") 9 }}", "{{ match \"(\" \"x\" }}", "{{ len 1.5 }}"}) {
    EXPECT_EQ(expand(bad).substr(0, 5), "ERROR") << bad;
  }
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{{ if true }}";
  EXPECT_FALSE(check_template(deep).has_value());
  EXPECT_FALSE(check_template("{{ " + std::string(10'000, '(')).has_value());
}

TEST(Humanize, WritesNumbersForPeople) {
  EXPECT_EQ(humanize(0), "0");
  EXPECT_EQ(humanize(-1234), "-1.234k");
  EXPECT_EQ(humanize(0.0021), "2.1m");
  EXPECT_EQ(humanize(NAN), "NaN");
  EXPECT_EQ(humanize_1024(2048), "2ki");
  EXPECT_EQ(humanize_1024(-INFINITY), "-Inf");
  EXPECT_EQ(humanize_duration(0), "0s");
  EXPECT_EQ(humanize_duration(0.001), "1ms");
  EXPECT_EQ(humanize_duration(-90061), "-1d 1h 1m 1s");
  EXPECT_EQ(humanize_timestamp(1435065584.128), "2015-06-23 13:19:44.128 +0000 UTC");
  EXPECT_EQ(humanize_timestamp(0), "1970-01-01 00:00:00 +0000 UTC");
}

}  // namespace
}  // namespace oreum::rules
