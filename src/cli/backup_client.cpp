#include "cli/backup_client.h"

#include <chrono>
#include <thread>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "cli/backup_progress.h"
#include "net/client.h"

namespace oreum::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kBetweenLooks(200);

/// A good answer's JSON; else an error with what the server says.
Result<json::value> ask(const std::string& server, const std::string& method) {
  net::ClientRequest request;
  request.method = method;
  request.url = server + "/api/v1/backups";
  TRY_ASSIGN(const net::Response response, net::fetch(request));
  boost::system::error_code ec;
  json::value body = json::parse(response.body, ec);
  if (response.status / 100 == 2 && !ec && body.is_object()) return body;
  std::string said = response.body.substr(0, 200);
  if (!ec && body.is_object() && body.as_object().contains("detail")) {
    if (const auto* detail = body.as_object().at("detail").if_string()) said = std::string(*detail);
  }
  return Error(Code::kUnavailable, fmt::format("{} answered {}: {}", server, response.status, said));
}

/// Calls f, which reads an answer; Boost.JSON throws where its shape is another.
template <typename F>
Status reading(const std::string& server, F&& f) {
  try {
    return f();
  } catch (const std::exception& e) {
    return Error(Code::kUnavailable, fmt::format("{} gave an answer that is none of Oreum's: {}", server, e.what()));
  }
}

std::string text_at(const json::object& in, const char* key) {
  const json::value* found = in.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

uint64_t count_at(const json::object& in, const char* key) {
  const json::value* found = in.if_contains(key);
  return found != nullptr ? found->to_number<uint64_t>() : 0;
}

BackupRow row_of(const json::object& in) {
  BackupRow row{.name = text_at(in, "name"), .damage = text_at(in, "damage")};
  row.bytes = count_at(in, "bytes");
  row.samples = count_at(in, "samples");
  row.from = text_at(in, "first_sample");
  row.to = text_at(in, "last_sample");
  row.scheduled = in.contains("scheduled") && in.at("scheduled").as_bool();
  return row;
}

/// The newest good one.
Status report(const json::object& answer) {
  if (const std::string failure = text_at(answer, "failure"); !failure.empty()) {
    return Error(Code::kUnavailable, failure);
  }
  const json::array& backups = answer.at("backups").as_array();
  for (auto it = backups.rbegin(); it != backups.rend(); ++it) {
    const json::object& backup = it->as_object();
    if (!backup.at("good").as_bool()) continue;
    fmt::print("{}: {} samples of {} series, {}, in {}\n", text_at(backup, "name"), count_at(backup, "samples"),
               count_at(backup, "series"), bytes_text(count_at(backup, "bytes")), text_at(answer, "folder"));
    return {};
  }
  return Error(Code::kUnavailable, "the backup that was made is not there any more");
}

}  // namespace

void print_backups(const std::vector<BackupRow>& rows, const std::string& folder) {
  if (rows.empty()) {
    fmt::print("no backups in {}\n", folder);
    return;
  }
  fmt::print("{:<22}  {:>9}  {:>14}  {:<24}  {:<24}  {}\n", "NAME", "SIZE", "SAMPLES", "FIRST SAMPLE", "LAST SAMPLE",
             "MADE BY");
  for (const BackupRow& row : rows) {
    if (!row.damage.empty()) {
      fmt::print("{:<22}  DAMAGED: {}\n", row.name, row.damage);
      continue;
    }
    fmt::print("{:<22}  {:>9}  {:>14}  {:<24}  {:<24}  {}\n", row.name, bytes_text(row.bytes), row.samples, row.from,
               row.to, row.scheduled ? "schedule" : "hand");
  }
}

Status create_by_server(const std::string& server) {
  TRY_ASSIGN(const json::value begun, ask(server, "POST"));
  BackupProgress bar;
  return reading(server, [&]() -> Status {
    const auto before = begun.at("finished").to_number<uint64_t>();
    for (;;) {
      TRY_ASSIGN(const json::value answer, ask(server, "GET"));
      const json::object& state = answer.as_object();
      if (count_at(state, "finished") > before) {
        bar.clear();
        return report(state);
      }
      if (const json::value& running = state.at("running"); running.is_object()) {
        const json::object& now = running.as_object();
        bar.show(text_at(now, "phase"), count_at(now, "done_bytes"), count_at(now, "all_bytes"));
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
  });
}

Status list_of_server(const std::string& server) {
  TRY_ASSIGN(const json::value answer, ask(server, "GET"));
  return reading(server, [&]() -> Status {
    std::vector<BackupRow> rows;
    for (const json::value& backup : answer.at("backups").as_array()) rows.push_back(row_of(backup.as_object()));
    print_backups(rows, text_at(answer.as_object(), "folder"));
    return {};
  });
}

}  // namespace oreum::cli
