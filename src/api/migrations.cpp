// /api/v1/migrations: what is known of a migration, and what a person may ask of it.
#include <array>
#include <utility>

#include <fmt/core.h>

#include "api/params.h"
#include "api/problem.h"
#include "api/resources.h"
#include "base/number.h"
#include "encoding/json_writer.h"

namespace oreum::api {

namespace {

using migrate::Event;

constexpr std::array<std::pair<std::string_view, Event>, 5> kEvents{{{"verify", Event::kVerify},
                                                                     {"switch", Event::kSwitch},
                                                                     {"reverse", Event::kReverse},
                                                                     {"complete", Event::kComplete},
                                                                     {"cancel", Event::kCancel}}};

Result<migrate::Manager*> manager_of(const Services& services) {
  if (services.migrations == nullptr) return Error(Code::kUnimplemented, "this server leads no migrations");
  return services.migrations;
}

Result<std::string> target_of(const net::Request& request) {
  const auto to = request.param("to");
  if (!to || to->empty()) return bad_parameter("to", "expected the URL of a store, like sqlite:/srv/oreum");
  return std::string(*to);
}

Result<uint64_t> number_of(const net::Request& request, std::string_view name) {
  const auto text = request.param(name);
  const auto number = text ? parse_u64(*text) : std::nullopt;
  if (!number) return bad_parameter(name, "expected a whole number");
  return *number;
}

net::Response accepted(uint64_t commands) {
  net::Response response = json_response({});
  response.status = 202;
  response.headers.emplace_back("Location", "/api/v1/migrations");
  encoding::JsonWriter(response.body).begin_object().member("commands", commands).end_object();
  return response;
}

net::Response refused(const Call& call) {
  return problem(403, "permission_denied", "pages of other sites may not lead migrations", call.request.id);
}

/// What a person must see to first is no reason to try again, which the usual 503 would be.
Result<net::Response> answer(const Error& error, const Call& call) {
  if (error.code() != Code::kFailedPrecondition) return error;
  return problem(409, code_name(error.code()), error.to_string(), call.request.id);
}

Status act(migrate::Manager& manager, const Call& call) {
  for (const auto& [name, event] : kEvents) {
    if (name == call.arg) return manager.ask(event);
  }
  if (call.arg == "rehearse") {
    TRY_ASSIGN(const std::string to, target_of(call.request));
    return manager.rehearse(to);
  }
  if (call.arg == "pause" || call.arg == "resume") {
    manager.set_paused(call.arg == "pause");
    return {};
  }
  if (call.arg == "canary") {
    TRY_ASSIGN(const uint64_t percent, number_of(call.request, "percent"));
    if (percent > 100) return bad_parameter("percent", "expected 0 to 100");
    return manager.set_canary(static_cast<unsigned>(percent));
  }
  if (call.arg == "limit") {
    TRY_ASSIGN(const uint64_t limit, number_of(call.request, "bytes_per_second"));
    manager.set_limit(limit);
    return {};
  }
  return Error(Code::kNotFound, fmt::format("\"{}\" is nothing to ask of a migration", call.arg));
}

}  // namespace

CallHandler make_migration_status(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY(only_parameters(call.request, {}));
    TRY_ASSIGN(const migrate::Manager* manager, manager_of(services));
    return json_response(manager->status().to_json());
  };
}

CallHandler make_migration_plan(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY(only_parameters(call.request, {"to"}));
    TRY_ASSIGN(migrate::Manager * manager, manager_of(services));
    TRY_ASSIGN(const std::string to, target_of(call.request));
    TRY_ASSIGN(const migrate::Plan plan, manager->plan(to));
    return json_response(plan.to_json());
  };
}

CallHandler make_migration_start(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY(only_parameters(call.request, {"to"}));
    if (from_another_site(call.request)) return refused(call);
    TRY_ASSIGN(migrate::Manager * manager, manager_of(services));
    TRY_ASSIGN(const std::string to, target_of(call.request));
    const Status begun = manager->begin(to);
    return begun ? accepted(manager->status().commands) : answer(begun.error(), call);
  };
}

CallHandler make_migration_action(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY(only_parameters(call.request, {"percent", "bytes_per_second", "to"}));
    if (from_another_site(call.request)) return refused(call);
    TRY_ASSIGN(migrate::Manager * manager, manager_of(services));
    const uint64_t commands = manager->status().commands;
    const Status asked = act(*manager, call);
    return asked ? accepted(commands) : answer(asked.error(), call);
  };
}

}  // namespace oreum::api
