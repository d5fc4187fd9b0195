// An engine over samples in memory, for tests in Python: a JSON object a line in, and for each query one out.
//   {"labels": {…}, "t": [ms, …], "bits": ["3ff0000000000000", …]}
//   {"query": "…", "start": ms, "end": ms, "step": ms}    step 0: an instant query at start
#include <charconv>
#include <iostream>
#include <string>

#include <boost/json.hpp>

#include "base/number.h"
#include "promql/eval/engine.h"
#include "storage/memory_store.h"

namespace oreum::test {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) { return {value.as_string().data(), value.as_string().size()}; }

void add_series(storage::MemoryStore& store, const json::object& line) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, value] : line.at("labels").as_object()) texts.emplace_back(name, text_of(value));
  std::vector<model::Label> labels;
  for (const auto& [name, value] : texts) labels.push_back({name, value});
  const model::Labels series = model::Labels::of(labels);
  const json::array& times = line.at("t").as_array();
  const json::array& values = line.at("bits").as_array();
  for (size_t i = 0; i < times.size(); ++i) {
    store.add(series, times[i].to_number<int64_t>(), std::bit_cast<double>(*parse_hex(text_of(values[i]))));
  }
}

json::array point(int64_t ms, double v) {
  std::string text;
  append_api_double(text, v);
  return {static_cast<double>(ms) / 1000, text};
}

json::object metric(const model::Labels& labels) {
  json::object out;
  for (const model::Label& label : labels) out[label.name] = label.value;
  return {{"metric", out}};
}

/// As the API has it: resultType and result.
class Writer {
 public:
  explicit Writer(const promql::QueryResult& result) : result_(result) {}

  json::object write() const { return std::visit(*this, result_.value); }

  json::object operator()(const promql::OutputPoint& p) const {
    return {{"resultType", "scalar"}, {"result", point(p.t, p.v)}};
  }
  json::object operator()(const std::string& text) const {
    return {{"resultType", "string"}, {"result", json::array{static_cast<double>(result_.grid.start) / 1000, text}}};
  }
  json::object operator()(const promql::OutputVector& vector) const {
    json::array out;
    for (const promql::OutputSample& s : vector) {
      json::object one = metric(s.labels);
      one["value"] = point(s.point.t, s.point.v);
      out.push_back(std::move(one));
    }
    return {{"resultType", "vector"}, {"result", std::move(out)}};
  }
  json::object operator()(const promql::OutputMatrix& matrix) const {
    json::array out;
    for (const promql::OutputSeries& s : matrix) {
      json::array points;
      for (size_t i = 0; i < s.values.size(); ++i) {
        if (!promql::is_absent(s.values[i])) points.push_back(point(result_.grid.at(i), s.values[i]));
      }
      json::object one = metric(s.labels);
      one["values"] = std::move(points);
      out.push_back(std::move(one));
    }
    return {{"resultType", "matrix"}, {"result", std::move(out)}};
  }
  json::object operator()(const promql::OutputRanges& ranges) const {
    json::array out;
    for (const promql::OutputRange& s : ranges) {
      json::array points;
      for (size_t i = 0; i < s.t.size(); ++i) points.push_back(point(s.t[i], s.v[i]));
      json::object one = metric(s.labels);
      one["values"] = std::move(points);
      out.push_back(std::move(one));
    }
    return {{"resultType", "matrix"}, {"result", std::move(out)}};
  }

 private:
  const promql::QueryResult& result_;
};

json::array notes_of(const std::string& text, std::string_view kind,
                     const std::vector<promql::Annotations::Note>& notes) {
  json::array out;
  for (const auto& note : notes) {
    out.push_back(json::value("PromQL " + std::string(kind) + ": " + note.text + " (" +
                              promql::place_text(text, note.where.begin) + ")"));
  }
  return out;
}

Result<promql::QueryResult> ask(promql::Engine& engine, const std::string& text, const json::object& line) {
  constexpr auto kPatience = std::chrono::seconds(60);
  const promql::QueryOptions options{.deadline = Deadline::in(kPatience)};
  TRY_ASSIGN(const auto query, engine.prepare(text));
  const TimestampMs start{line.at("start").to_number<int64_t>()};
  const auto step = line.at("step").to_number<int64_t>();
  if (step == 0) return engine.instant(*query, start, options);
  return engine.range(*query, start, TimestampMs{line.at("end").to_number<int64_t>()}, milliseconds(step), options);
}

json::object answer(promql::Engine& engine, const json::object& line) {
  const std::string text = text_of(line.at("query"));
  const auto result = ask(engine, text, line);
  if (!result) return {{"status", "error"}, {"error", result.error().to_string()}};
  return {{"status", "success"},
          {"data", Writer(*result).write()},
          {"warnings", notes_of(text, "warning", result->notes.warnings())},
          {"infos", notes_of(text, "info", result->notes.infos())}};
}

int serve() {
  storage::MemoryStore store;
  promql::Engine engine(store, {});
  std::string text;
  while (std::getline(std::cin, text)) {
    const json::value parsed = json::parse(text);
    const json::object& line = parsed.as_object();
    if (line.contains("labels")) {
      add_series(store, line);
    } else {
      std::cout << json::serialize(answer(engine, line)) << std::endl;
    }
  }
  return 0;
}

}  // namespace
}  // namespace oreum::test

int main() {
  try {
    return oreum::test::serve();
  } catch (const std::exception& e) {
    std::cerr << "promql_answer: " << e.what() << "\n";
    return 1;
  }
}
