// `oreum query EXPR`: asks a running Oreum, at one time or over a range, and shows the answer.
#include <algorithm>

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <boost/json.hpp>

#include "base/clock.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/query_output.h"
#include "net/client.h"

namespace oreum::cli {

namespace {

namespace json = boost::json;

struct QueryArguments {
  std::string expression;
  std::string server;
  std::string time;
  std::string start;
  std::string end;
  std::string step;
  std::string output = "table";
  bool as_json = false;

  bool range() const { return !start.empty() || !end.empty() || !step.empty(); }
};

/// Enough points for a picture, at whole seconds.
milliseconds step_for(milliseconds length) {
  constexpr int64_t kPoints = 200;
  return milliseconds(std::max<int64_t>(length.count() / kPoints / 1000, 1) * 1000);
}

/// Where the range's ends and step are not given: the hour before now.
Result<std::string> range_parameters(const QueryArguments& arguments) {
  constexpr milliseconds kHour{3'600'000};
  TimestampMs end = SystemClock().now();
  if (!arguments.end.empty()) {
    TRY_ASSIGN(end, parse_timestamp(arguments.end));
  }
  TimestampMs start = end - kHour;
  if (!arguments.start.empty()) {
    TRY_ASSIGN(start, parse_timestamp(arguments.start));
  }
  if (start > end) return Error(Code::kInvalidArgument, "--start is later than --end");
  milliseconds step = step_for(end - start);
  if (!arguments.step.empty()) {
    TRY_ASSIGN(step, parse_duration(arguments.step));
  }
  return fmt::format("&start={}.{:03}&end={}.{:03}&step={}.{:03}", start.ms / 1000, start.ms % 1000, end.ms / 1000,
                     end.ms % 1000, step.count() / 1000, step.count() % 1000);
}

Result<std::string> url_of(const QueryArguments& arguments) {
  const bool range = arguments.range() || arguments.output == "chart";
  if (range && !arguments.time.empty()) {
    return Error(Code::kInvalidArgument, "--time asks at one time; a range has --start, --end and --step");
  }
  std::string url = fmt::format("{}/api/v1/{}?query={}", arguments.server, range ? "query_range" : "query",
                                net::url_encode(arguments.expression));
  if (range) {
    TRY_ASSIGN(const std::string parameters, range_parameters(arguments));
    return url + parameters;
  }
  if (!arguments.time.empty()) url += "&time=" + net::url_encode(arguments.time);
  return url;
}

/// As wide as the terminal, where there is one.
ChartSize chart_size() {
  ChartSize size;
  winsize window{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): that is how the system is asked
  if (::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
    if (window.ws_col > 0) size.columns = window.ws_col;
    size.colours = ::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
  }
  return size;
}

void show(const std::string& output, const Answer& answer) {
  if (output == "csv") {
    fmt::print("{}", csv_text(answer));
  } else if (output == "chart") {
    fmt::print("{}", chart_text(answer, chart_size()));
  } else {
    fmt::print("{}", table_text(answer));
  }
  for (const std::string& note : answer.notes) fmt::print(stderr, "oreum: {}\n", note);
}

Status run_query(const QueryArguments& arguments) {
  net::ClientRequest request;
  TRY_ASSIGN(request.url, url_of(arguments));
  TRY_ASSIGN(const net::Response response, net::fetch(request));
  if (response.status != 200) {
    return Error(response.status < 500 ? Code::kInvalidArgument : Code::kUnavailable,
                 fmt::format("{} answered {}: {}", arguments.server, response.status, error_text(response)));
  }
  if (arguments.as_json || arguments.output == "json") {
    fmt::print("{}\n", response.body);
    return {};
  }
  try {
    show(arguments.output, read_answer(response.body));
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
  CLI::App* command = program.add_subcommand("query", "Ask a running Oreum in PromQL");
  command->footer(
      "At one time, now unless --time says another; over a range with any of --start (an hour before the end), --end "
      "(now)\nand --step (the range in 200 points). A chart is of a range.\n\n"
      "Example:\n  oreum query 'node_load1'\n"
      "  oreum query 'rate(node_cpu_seconds_total{mode=\"user\"}[5m])' --output chart\n"
      "  oreum query 'sum(node_load1)' --start 2026-01-31T00:00:00Z --end 2026-02-01T00:00:00Z --step 5m --output csv");
  auto arguments = std::make_shared<QueryArguments>();
  command->add_option("expression", arguments->expression, "In PromQL, like sum by (mode) (rate(x[5m]))")
      ->required()
      ->type_name("EXPR");
  command->add_option("--time", arguments->time, "At this time (RFC 3339 or Unix seconds) instead of now")
      ->type_name("TIME");
  command->add_option("--start", arguments->start, "Where the range begins")->type_name("TIME");
  command->add_option("--end", arguments->end, "Where the range ends")->type_name("TIME");
  command->add_option("--step", arguments->step, "Time between its points, like 15s")->type_name("DURATION");
  command->add_option("--output,-o", arguments->output, "table, json, csv or chart")
      ->check(CLI::IsMember({"table", "json", "csv", "chart"}))
      ->capture_default_str();
  command->add_flag("--json", arguments->as_json, "The same as --output json");
  add_server_flag(*command, arguments->server);
  command->callback([arguments, &exit_code] {
    const Status done = run_query(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
}

}  // namespace oreum::cli
