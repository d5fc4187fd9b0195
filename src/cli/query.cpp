// `oreum query EXPR`: asks a running Oreum and prints a table, or the answer as it came.
#include <algorithm>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "base/time.h"
#include "cli/command.h"
#include "model/labels.h"
#include "net/client.h"

namespace oreum::cli {

namespace {

namespace json = boost::json;

struct QueryArguments {
  std::string expression;
  std::string server;
  std::string time;
  bool as_json = false;
};

struct Row {
  std::string series;
  std::string value;
  TimestampMs t;
};

/// The series' labels as Prometheus prints them.
std::string series_text(const json::object& metric) {
  std::vector<model::Label> labels;
  for (const auto& [name, value] : metric) {
    labels.push_back({std::string_view(name.data(), name.size()), std::string_view(value.as_string())});
  }
  return model::Labels::of(labels).to_string();
}

/// The rows of an instant query's answer. Boost.JSON throws where the shape is another; the caller catches.
std::vector<Row> rows_of(const json::value& answer) {
  std::vector<Row> rows;
  const json::object& data = answer.at("data").as_object();
  for (const json::value& item : data.at("result").as_array()) {
    const json::array& point = item.at("value").as_array();
    const auto ms = static_cast<int64_t>(point.at(0).to_number<double>() * 1000.0);
    rows.push_back({series_text(item.at("metric").as_object()), std::string(point.at(1).as_string()), {ms}});
  }
  return rows;
}

void print_table(const std::vector<Row>& rows) {
  if (rows.empty()) {
    fmt::print("no series match\n");
    return;
  }
  size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.series.size());
  for (const Row& row : rows) fmt::print("{:<{}}  {:>20}  {}\n", row.series, width, row.value, format_rfc3339(row.t));
}

Status run_query(const QueryArguments& arguments) {
  net::ClientRequest request;
  request.url = fmt::format("{}/api/v1/query?query={}", arguments.server, net::url_encode(arguments.expression));
  if (!arguments.time.empty()) request.url += "&time=" + net::url_encode(arguments.time);
  TRY_ASSIGN(const net::Response response, net::fetch(request));
  if (response.status != 200) {
    return Error(response.status < 500 ? Code::kInvalidArgument : Code::kUnavailable,
                 fmt::format("{} answered {}: {}", arguments.server, response.status, error_text(response)));
  }
  if (arguments.as_json) {
    fmt::print("{}\n", response.body);
    return {};
  }
  try {
    print_table(rows_of(json::parse(response.body)));
  } catch (const std::exception& e) {
    return Error(Code::kUnavailable,
                 fmt::format("{} gave an answer that is none of Oreum's: {}", arguments.server, e.what()));
  }
  return {};
}

}  // namespace

std::string error_text(const net::Response& response) {
  boost::system::error_code ec;
  const json::value body = json::parse(response.body, ec);
  if (!ec && body.is_object()) {
    for (const char* key : {"error", "detail"}) {
      const json::value* text = body.as_object().if_contains(key);
      if (text != nullptr && text->is_string()) return std::string(text->as_string());
    }
  }
  return response.body.substr(0, 200);
}

void add_query(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("query", "Ask a running Oreum for series");
  command->footer("Example:\n  oreum query 'node_load1'\n  oreum query 'node_cpu_seconds_total{mode=\"idle\"}' --json");
  auto arguments = std::make_shared<QueryArguments>();
  command->add_option("expression", arguments->expression, "A selector, like node_load1{job=\"node\"}")
      ->required()
      ->type_name("EXPR");
  command->add_option("--time", arguments->time, "At this time (RFC 3339 or Unix seconds) instead of now");
  command->add_flag("--json", arguments->as_json, "Print the answer as it came");
  add_server_flag(*command, arguments->server);
  command->callback([arguments, &exit_code] {
    const Status done = run_query(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
}

}  // namespace oreum::cli
