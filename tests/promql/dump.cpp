// Prints a script as JSON, a command a line, for tests that ask other engines the same.
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "base/number.h"
#include "encoding/json_writer.h"
#include "model/sample.h"
#include "promql/script.h"

namespace oreum::test {
namespace {

using encoding::JsonWriter;

/// As a text: JSON has no -0 and no NaN.
std::string number_text(double v) {
  std::string out;
  append_double(out, v);
  return out;
}

void write_series(JsonWriter& json, const std::vector<promql::SeriesLine>& all) {
  json.key("series").begin_array();
  for (const promql::SeriesLine& series : all) {
    json.begin_object().key("labels").begin_object();
    for (const model::Label& label : series.labels) json.member(label.name, label.value);
    json.end_object().key("values").begin_array();
    for (const std::optional<double>& v : series.values) {
      if (!v) {
        json.null();
      } else if (model::is_stale(*v)) {
        json.value("stale");
      } else {
        json.value(std::string_view(number_text(*v)));
      }
    }
    json.end_array().end_object();
  }
  json.end_array();
}

std::string_view kind_name(Expectation::Kind kind) {
  switch (kind) {
    case Expectation::Kind::kFail: return "fail";
    case Expectation::Kind::kWarn: return "warn";
    case Expectation::Kind::kInfo: return "info";
  }
  return "";
}

std::string_view match_name(Expectation::Match match) {
  switch (match) {
    case Expectation::Match::kAny: return "any";
    case Expectation::Match::kText: return "msg";
    case Expectation::Match::kRegex: return "regex";
  }
  return "";
}

void write(JsonWriter& json, const Load& load) {
  json.member("command", "load").member("step", load.step);
  write_series(json, load.series);
}

void write(JsonWriter& json, const Clear& /*clear*/) { json.member("command", "clear"); }

void write(JsonWriter& json, const Eval& eval) {
  json.member("command", "eval").member("query", std::string_view(eval.query)).member("range", eval.range);
  json.member("start", eval.start).member("end", eval.end).member("step", eval.step);
  json.member("no_warn", eval.no_warn).member("no_info", eval.no_info).member("ordered", eval.ordered);
  json.key("expectations").begin_array();
  for (const Expectation& e : eval.expectations) {
    json.begin_object().member("kind", kind_name(e.kind)).member("match", match_name(e.match));
    json.member("text", std::string_view(e.text)).end_object();
  }
  json.end_array();
  if (eval.scalar) json.member("scalar", std::string_view(number_text(*eval.scalar)));
  if (eval.string) json.member("string", std::string_view(*eval.string));
  if (eval.ranges) json.member("ranges_start", eval.ranges_start).member("ranges_step", eval.ranges_step);
  write_series(json, eval.series);
}

int dump(const char* file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  const auto commands = parse_script(text.str());
  if (!commands) {
    std::cerr << file << ":" << commands.error().to_string() << "\n";
    return 1;
  }
  for (const Command& command : *commands) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("line", static_cast<uint64_t>(command.line));
    std::visit([&](const auto& what) { write(json, what); }, command.what);
    json.end_object();
    std::cout << out << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace oreum::test

int main(int argc, char** argv) {
  if (argc == 2) return oreum::test::dump(argv[1]);
  std::cerr << "usage: promql_script_dump FILE\n";
  return 2;
}
