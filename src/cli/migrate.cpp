// `oreum migrate …`.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

#include <fmt/core.h>
#include <unistd.h>
#include <boost/json.hpp>

#include "base/log.h"
#include "cli/command.h"
#include "cli/migrate_client.h"
#include "cli/migrate_output.h"

namespace oreum::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kBetweenLooks(200);
// A problem that stays so long is for a person; Oreum goes on trying all the same.
constexpr std::chrono::seconds kPatience(30);

struct MigrateArguments {
  std::string server;
  std::string data;
  std::string store;
  std::string config;
  std::string to;
  bool json = false;
  bool watch = false;
  bool yes = false;
  unsigned percent = 0;
  uint64_t limit = 0;
};

Result<std::unique_ptr<MigrateClient>> client_of(const MigrateArguments& arguments) {
  if (arguments.data.empty() && arguments.store.empty()) return client_of_server(arguments.server);
  config::Sources sources{.file = arguments.config, .variables = config::environment_variables(), .flags = {}};
  if (sources.file.empty() && ::access(kDefaultConfigFile, F_OK) == 0) sources.file = kDefaultConfigFile;
  if (!arguments.data.empty()) sources.flags.emplace_back("data", arguments.data);
  if (!arguments.store.empty()) sources.flags.emplace_back("store", arguments.store);
  TRY_ASSIGN(const config::Loaded loaded, config::load(sources));
  log::init(log::Level::kWarn, loaded.config.log_format);
  return client_of_folder(loaded.config);
}

std::string text(const json::object& in, const char* key) {
  const json::value* found = in.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

uint64_t commands(const json::object& status) {
  const json::value* found = status.if_contains("commands");
  return found != nullptr && found->is_number() ? found->to_number<uint64_t>() : 0;
}

void print_status(const MigrateArguments& arguments, const json::object& status) {
  if (arguments.json) {
    fmt::print("{}\n", json::serialize(status));
  } else {
    fmt::print("{}", migration_text(status));
  }
}

/// The bar, on a terminal only.
class Bar {
 public:
  ~Bar() { clear(); }
  void show(const json::object& status) { show_text(progress_line(status)); }
  void show_text(const std::string& line) {
    if (!terminal_) return;
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
    drawn_ = true;
  }
  void clear() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool drawn_ = false;
};

/// Until `done` says so; an error when a problem stays.
Result<json::object> follow(MigrateClient& client, const std::function<bool(const json::object&)>& done) {
  Bar bar;
  std::string problem;
  auto since = std::chrono::steady_clock::now();
  for (;;) {
    TRY_ASSIGN(json::object status, client.status());
    if (done(status)) return status;
    bar.show(status);
    const auto now = std::chrono::steady_clock::now();
    if (std::string said = text(status, "problem"); said != problem) {
      problem = std::move(said);
      since = now;
    }
    if (!problem.empty() && now - since > kPatience) {
      return Error(Code::kUnavailable,
                   fmt::format("{} (Oreum goes on trying; oreum migrate status shows it)", problem));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

bool at_rest(const json::object& status) {
  const std::string state = text(status, "state");
  return state.empty() || state == "READY" || state == "SOAK" || state == "COMPLETED" || state == "CANCELLED";
}

/// Asks for an action and waits for it.
Result<json::object> perform(MigrateClient& client, const std::string& action) {
  TRY_ASSIGN(const json::object now, client.status());
  const uint64_t before = commands(now);
  TRY(client.act(action, ""));
  TRY_ASSIGN(json::object after, follow(client, [&](const json::object& status) {
               return commands(status) > before && text(status, "asked").empty() && at_rest(status);
             }));
  if (const std::string refused = text(after, "refused"); !refused.empty()) {
    return Error(Code::kFailedPrecondition, refused);
  }
  return after;
}

Status plan(const MigrateArguments& arguments) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  TRY_ASSIGN(const json::object plan, client->plan(arguments.to));
  fmt::print("{}", arguments.json ? json::serialize(plan) + "\n" : plan_text(plan));
  const json::value* obstacles = plan.if_contains("obstacles");
  const bool free = obstacles == nullptr || !obstacles->is_array() || obstacles->as_array().empty();
  return free ? Status() : Status(Error(Code::kFailedPrecondition, "it cannot begin"));
}

Result<json::object> begin(MigrateClient& client, const MigrateArguments& arguments) {
  if (arguments.limit > 0) TRY(client.act("limit", fmt::format("bytes_per_second={}", arguments.limit)));
  TRY(client.begin(arguments.to));
  return follow(client, at_rest);
}

Status start(const MigrateArguments& arguments) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  TRY_ASSIGN(const json::object status, begin(*client, arguments));
  print_status(arguments, status);
  return {};
}

json::object rehearsal_of(const json::object& status) {
  const json::value* found = status.if_contains("rehearsal");
  return found != nullptr && found->is_object() ? found->as_object() : json::object();
}

Status rehearse(const MigrateArguments& arguments) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  TRY(client->act("rehearse", "to=" + encoded(arguments.to)));
  Bar bar;
  for (;;) {
    TRY_ASSIGN(const json::object status, client->status());
    const json::object rehearsal = rehearsal_of(status);
    const std::string state = text(rehearsal, "state");
    if (state == "RUNNING") {
      bar.show_text(rehearsal_line(rehearsal));
      std::this_thread::sleep_for(kBetweenLooks);
      continue;
    }
    bar.clear();
    fmt::print("{}", arguments.json ? json::serialize(rehearsal) + "\n" : rehearsal_text(rehearsal));
    if (state == "PASSED") return {};
    return Error(Code::kFailedPrecondition, "it did not pass");
  }
}

Status report(const MigrateArguments& arguments) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  TRY_ASSIGN(const json::object status, client->status());
  fmt::print("{}", arguments.json ? json::serialize(status) + "\n" : report_text(status));
  if (const json::object rehearsal = rehearsal_of(status); !arguments.json && !rehearsal.empty()) {
    fmt::print("{}", rehearsal_text(rehearsal));
  }
  return {};
}

Status show(const MigrateArguments& arguments) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  TRY_ASSIGN(json::object status, client->status());
  while (arguments.watch && !text(status, "state").empty() && text(status, "state") != "COMPLETED" &&
         text(status, "state") != "CANCELLED") {
    if (::isatty(STDOUT_FILENO) == 1) fmt::print("\x1b[H\x1b[2J");
    print_status(arguments, status);
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    TRY_ASSIGN(status, client->status());
  }
  print_status(arguments, status);
  return {};
}

template <const char* const& Action>
Status do_action(const MigrateArguments& arguments) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  TRY_ASSIGN(const json::object status, perform(*client, Action));
  print_status(arguments, status);
  return {};
}

/// What takes effect at once.
Status set(const MigrateArguments& arguments, const std::string& action, const std::string& parameter) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  return client->act(action, parameter);
}
Status canary(const MigrateArguments& a) { return set(a, "canary", fmt::format("percent={}", a.percent)); }
Status limit(const MigrateArguments& a) { return set(a, "limit", fmt::format("bytes_per_second={}", a.limit)); }
Status hold_back(const MigrateArguments& a) { return set(a, "pause", ""); }
Status go_on(const MigrateArguments& a) { return set(a, "resume", ""); }

/// A person's yes; without a person, --yes.
bool agreed(const MigrateArguments& arguments, const std::string& question) {
  if (arguments.yes) return true;
  fmt::print("{} [y/N] ", question);
  std::fflush(stdout);
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "yes");
}

Status run(const MigrateArguments& arguments) {
  TRY_ASSIGN(const auto client, client_of(arguments));
  TRY_ASSIGN(json::object status, client->status());
  const std::string state = text(status, "state");
  if (state.empty() || state == "COMPLETED" || state == "CANCELLED") {
    TRY_ASSIGN(const json::object plan, client->plan(arguments.to));
    fmt::print("{}", plan_text(plan));
    const json::value* obstacles = plan.if_contains("obstacles");
    if (obstacles != nullptr && obstacles->is_array() && !obstacles->as_array().empty()) {
      return Error(Code::kFailedPrecondition, "it cannot begin");
    }
    if (!agreed(arguments, "Begin? Nothing changes for anybody until the switch.")) return {};
  }
  TRY_ASSIGN(status, begin(*client, arguments));
  fmt::print("{}", migration_text(status));
  if (text(status, "state") == "READY" && agreed(arguments, "Switch now? Writes wait for a moment.")) {
    TRY_ASSIGN(status, perform(*client, "switch"));
    fmt::print("{}", migration_text(status));
  }
  return {};
}

using Action = Status(const MigrateArguments&);

CLI::App* add_one(CLI::App& parent, int& exit_code, const std::string& name, const std::string& what, Action* f,
                  const std::function<void(CLI::App&, MigrateArguments&)>& more = {}) {
  auto arguments = std::make_shared<MigrateArguments>();
  CLI::App* command = parent.add_subcommand(name, what);
  add_server_flag(*command, arguments->server);
  command->add_option("--data", arguments->data, "Instead of a server: a data folder that no Oreum is using")
      ->type_name("DIR");
  command->add_option("--store", arguments->store, "Instead of a server: the URL of a store that no Oreum is using")
      ->type_name("URL");
  command->add_option("--config", arguments->config, "Configuration file, for --data and --store")->type_name("FILE");
  if (more) more(*command, *arguments);
  command->callback([arguments, f, &exit_code] {
    const Status done = f(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
  return command;
}

void add_to(CLI::App& command, MigrateArguments& arguments) {
  command.add_option("--to", arguments.to, "The store to go to, like postgres://oreum@db/metrics or sqlite:/srv/oreum")
      ->required()
      ->type_name("URL");
}
void add_json(CLI::App& command, MigrateArguments& arguments) {
  command.add_flag("--json", arguments.json, "Print JSON");
}
void add_limit(CLI::App& command, MigrateArguments& arguments) {
  command.add_option("--limit", arguments.limit, "Bytes a second to copy at most (default: no limit)")
      ->type_name("BYTES");
}

constexpr const char* kVerify = "verify";
constexpr const char* kSwitch = "switch";
constexpr const char* kReverse = "reverse";
constexpr const char* kComplete = "complete";
constexpr const char* kCancel = "cancel";

void add_steps(CLI::App& command, int& exit_code) {
  add_one(command, exit_code, "plan", "Say what a migration would take and what is in the way; changes nothing", plan,
          [](CLI::App& c, MigrateArguments& a) {
            add_to(c, a);
            add_json(c, a);
          })
      ->footer("Example:\n  oreum migrate plan --to postgres://oreum@db/metrics");
  add_one(command, exit_code, "start", "Copy, catch up and verify, until it is ready to switch; again: goes on", start,
          [](CLI::App& c, MigrateArguments& a) {
            add_to(c, a);
            add_limit(c, a);
            add_json(c, a);
          })
      ->footer("Example:\n  oreum migrate start --to postgres://oreum@db/metrics");
  add_one(command, exit_code, "run", "All of it up to the switch, with questions where a person decides", run,
          [](CLI::App& c, MigrateArguments& a) {
            add_to(c, a);
            add_limit(c, a);
            c.add_flag("--yes", a.yes, "Ask nothing: begin and switch");
          })
      ->footer("Example:\n  oreum migrate run --to postgres://oreum@db/metrics");
  add_one(command, exit_code, "rehearse", "Go the whole way, there and back, on a copy under the load of late",
          rehearse,
          [](CLI::App& c, MigrateArguments& a) {
            add_to(c, a);
            add_json(c, a);
          })
      ->footer("Example:\n  oreum migrate rehearse --to postgres://oreum@db/metrics");
  add_one(command, exit_code, "status", "Show state, progress, both stores, and what was verified", show,
          [](CLI::App& c, MigrateArguments& a) {
            add_json(c, a);
            c.add_flag("--watch", a.watch, "Again every second, to its end");
          })
      ->footer("Example:\n  oreum migrate status --watch");
  add_one(command, exit_code, "report", "Show the same, and each state with its time", report, add_json)
      ->footer("Example:\n  oreum migrate report --json");
}

void add_actions(CLI::App& command, int& exit_code) {
  add_one(command, exit_code, "verify", "Compare both stores again, and copy again what differs", do_action<kVerify>,
          add_json);
  add_one(command, exit_code, "switch", "Make the other store the store of record", do_action<kSwitch>, add_json);
  add_one(command, exit_code, "reverse", "Switch back; nothing is lost, as often as wanted", do_action<kReverse>,
          add_json);
  add_one(command, exit_code, "complete", "Let the store that was left go: no way back from then on",
          do_action<kComplete>, add_json);
  add_one(command, exit_code, "cancel", "End it before the switch, and delete the copy", do_action<kCancel>, add_json);
  add_one(command, exit_code, "canary", "Ask both stores for a share of the reads, and compare", canary,
          [](CLI::App& c, MigrateArguments& a) {
            c.add_option("percent", a.percent, "Of the reads; 0 ends it")->required()->check(CLI::Range(0, 100));
          });
  add_one(command, exit_code, "limit", "Copy at most so many bytes a second; 0 lifts it", limit,
          [](CLI::App& c, MigrateArguments& a) { c.add_option("bytes", a.limit, "Bytes a second")->required(); });
  add_one(command, exit_code, "pause", "Stop copying until resume", hold_back);
  add_one(command, exit_code, "resume", "Go on copying", go_on);
}

}  // namespace

void add_migrate(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("migrate", "Move to another store and back, while Oreum runs");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  oreum migrate plan --to postgres://oreum@db/metrics\n  oreum migrate run --to "
      "postgres://oreum@db/metrics");
  add_steps(*command, exit_code);
  add_actions(*command, exit_code);
}

}  // namespace oreum::cli
