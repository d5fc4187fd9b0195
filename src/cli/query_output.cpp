#include "cli/query_output.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "base/time.h"
#include "model/labels.h"

namespace oreum::cli {

namespace {

namespace json = boost::json;

AnswerPoint read_point(const json::value& value) {
  const json::array& point = value.as_array();
  return {static_cast<int64_t>(std::llround(point.at(0).to_number<double>() * 1000.0)),
          std::string(point.at(1).as_string())};
}

AnswerSeries read_series(const json::object& item) {
  AnswerSeries series;
  for (const auto& [name, value] : item.at("metric").as_object()) {
    series.labels.emplace_back(std::string(name.data(), name.size()), std::string(value.as_string()));
  }
  std::sort(series.labels.begin(), series.labels.end());
  if (const json::value* value = item.if_contains("value")) series.points.push_back(read_point(*value));
  if (const json::value* values = item.if_contains("values")) {
    for (const json::value& value : values->as_array()) series.points.push_back(read_point(value));
  }
  return series;
}

void read_notes(const json::object& root, const char* key, std::vector<std::string>& out) {
  const json::value* notes = root.if_contains(key);
  if (notes == nullptr) return;
  for (const json::value& note : notes->as_array()) out.emplace_back(note.as_string());
}

/// A field of CSV: in quotes where it has to be.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string AnswerSeries::name() const {
  std::vector<model::Label> all;
  for (const auto& [name, value] : labels) all.push_back({name, value});
  return all.empty() ? "{}" : model::Labels::of(all).to_string();
}

Answer read_answer(const std::string& text) {
  const json::value parsed = json::parse(text);
  const json::object& root = parsed.as_object();
  const json::object& data = root.at("data").as_object();
  Answer answer;
  answer.type = std::string(data.at("resultType").as_string());
  const json::value& result = data.at("result");
  if (answer.type == "scalar" || answer.type == "string") {
    answer.series.push_back({{}, {read_point(result)}});
  } else {
    for (const json::value& item : result.as_array()) answer.series.push_back(read_series(item.as_object()));
  }
  read_notes(root, "warnings", answer.notes);
  read_notes(root, "infos", answer.notes);
  return answer;
}

std::string table_text(const Answer& answer) {
  if (answer.series.empty()) return "no series match\n";
  std::string out;
  if (answer.type == "matrix") {
    for (const AnswerSeries& series : answer.series) {
      out += series.name() + "\n";
      for (const AnswerPoint& p : series.points) {
        out += fmt::format("  {}  {:>20}\n", format_rfc3339(TimestampMs{p.ms}), p.value);
      }
    }
    return out;
  }
  const bool bare = answer.type != "vector";
  size_t width = 0;
  for (const AnswerSeries& series : answer.series) width = std::max(width, bare ? 0 : series.name().size());
  for (const AnswerSeries& series : answer.series) {
    if (series.points.empty()) continue;
    const AnswerPoint& p = series.points.front();
    out += bare ? fmt::format("{}  {}\n", p.value, format_rfc3339(TimestampMs{p.ms}))
                : fmt::format("{:<{}}  {:>20}  {}\n", series.name(), width, p.value, format_rfc3339(TimestampMs{p.ms}));
  }
  return out;
}

std::string csv_text(const Answer& answer) {
  std::set<std::string> names;
  for (const AnswerSeries& series : answer.series) {
    for (const auto& [name, value] : series.labels) names.insert(name);
  }
  std::string out = "time,value";
  for (const std::string& name : names) out += "," + csv_field(name);
  out += "\n";
  for (const AnswerSeries& series : answer.series) {
    std::string labels;
    for (const std::string& name : names) {
      const auto found =
          std::find_if(series.labels.begin(), series.labels.end(), [&](const auto& l) { return l.first == name; });
      labels += "," + (found == series.labels.end() ? "" : csv_field(found->second));
    }
    for (const AnswerPoint& p : series.points) {
      out += fmt::format("{},{}{}\n", format_rfc3339(TimestampMs{p.ms}), csv_field(p.value), labels);
    }
  }
  return out;
}

}  // namespace oreum::cli
