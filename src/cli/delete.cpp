// `oreum delete SELECTOR`: deletes samples from a running Oreum, for good.
#include <cstdio>
#include <iostream>

#include <fmt/core.h>
#include <unistd.h>

#include "cli/command.h"
#include "net/client.h"

namespace oreum::cli {

namespace {

struct DeleteArguments {
  std::string server;
  std::vector<std::string> selectors;
  std::string from;
  std::string to;
  bool yes = false;
};

/// Deletion cannot be undone: a person is asked, a script says --yes.
Status confirm(const DeleteArguments& arguments) {
  if (arguments.yes) return {};
  if (::isatty(STDIN_FILENO) == 0) {
    return Error(Code::kInvalidArgument, "deleted samples do not come back: say --yes to go on without being asked");
  }
  for (const std::string& selector : arguments.selectors) fmt::print("delete {}\n", selector);
  fmt::print("from {} to {} on {}? Type yes: ", arguments.from.empty() ? "the beginning" : arguments.from,
             arguments.to.empty() ? "the end" : arguments.to, arguments.server);
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "yes") return {};
  return Error(Code::kFailedPrecondition, "nothing was deleted");
}

Status run_delete(const DeleteArguments& arguments) {
  TRY(confirm(arguments));
  net::ClientRequest request;
  request.method = "POST";
  request.url = arguments.server + "/api/v1/admin/tsdb/delete_series";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.timeout = std::chrono::minutes(30);
  for (const std::string& selector : arguments.selectors) {
    request.body += fmt::format("{}match%5B%5D={}", request.body.empty() ? "" : "&", net::url_encode(selector));
  }
  if (!arguments.from.empty()) request.body += "&start=" + net::url_encode(arguments.from);
  if (!arguments.to.empty()) request.body += "&end=" + net::url_encode(arguments.to);
  TRY_ASSIGN(const net::Response response, net::fetch(request));
  if (response.status != 204) {
    return Error(response.status < 500 ? Code::kInvalidArgument : Code::kUnavailable,
                 fmt::format("{} answered {}: {}", arguments.server, response.status, error_text(response)));
  }
  const auto header = [&](std::string_view name) -> std::string {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "?";
  };
  fmt::print("deleted {} samples of {} series\n", header("x-oreum-deleted-samples"), header("x-oreum-matched-series"));
  return {};
}

}  // namespace

void add_delete(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("delete", "Delete samples from a running Oreum, for good");
  command->footer(
      "The server must run with --admin-api. What was deleted is in no backup made afterwards, and in its audit "
      "table.\n\n"
      "Example:\n  oreum delete 'container_cpu_usage_seconds_total{name=\"shop\"}' --from 2026-01-01T00:00:00Z");
  auto arguments = std::make_shared<DeleteArguments>();
  command->add_option("selector", arguments->selectors, "Which series; several are allowed")
      ->required()
      ->type_name("SELECTOR");
  command->add_option("--from", arguments->from, "First time to delete (RFC 3339 or Unix seconds)")->type_name("TIME");
  command->add_option("--to", arguments->to, "Last time to delete")->type_name("TIME");
  command->add_flag("--yes", arguments->yes, "Do not ask");
  add_server_flag(*command, arguments->server);
  command->callback([arguments, &exit_code] {
    const Status done = run_delete(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
}

}  // namespace oreum::cli
