// GET and POST /api/v1/backups.
#include "api/params.h"
#include "api/problem.h"
#include "api/resources.h"
#include "encoding/json_writer.h"

namespace oreum::api {

namespace {

using encoding::JsonWriter;

Result<backup::Keeper*> keeper_of(const Services& services) {
  if (services.backups == nullptr) return Error(Code::kUnimplemented, "this server keeps no backups");
  return services.backups;
}

void write_manifest(JsonWriter& json, const backup::Manifest& manifest) {
  json.member("created", format_rfc3339(manifest.created)).member("program", manifest.program);
  json.member("scheduled", manifest.origin == backup::Origin::kSchedule);
  json.member("took_seconds", static_cast<double>(manifest.took.count()) / 1000);
  json.member("bytes", manifest.bytes());
  const storage::StoreSummary& content = manifest.content;
  json.member("instance_id", content.instance_id).member("series", content.series);
  json.member("samples", content.samples());
  if (content.samples() == 0) return;
  json.member("first_sample", format_rfc3339(content.t_min)).member("last_sample", format_rfc3339(content.t_max));
}

void write_backup(JsonWriter& json, const backup::Backup& backup) {
  json.begin_object().member("name", backup.name).member("good", !backup.damage);
  if (backup.damage) {
    json.member("damage", backup.damage->to_string());
  } else {
    write_manifest(json, backup.manifest);
  }
  json.end_object();
}

void write_running(JsonWriter& json, const backup::KeeperStatus& status) {
  json.key("running");
  if (!status.running) {
    json.null();
    return;
  }
  json.begin_object().member("phase", status.running->phase).member("done_bytes", status.running->done);
  json.member("all_bytes", status.running->all).end_object();
}

uint64_t finished(const backup::KeeperStatus& status) { return status.made + status.failures; }

}  // namespace

CallHandler make_backup_list(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY(only_parameters(call.request, {}));
    TRY_ASSIGN(const backup::Keeper* keeper, keeper_of(services));
    TRY_ASSIGN(const std::vector<backup::Backup> backups, keeper->list());
    const backup::KeeperStatus status = keeper->status();
    std::string body;
    JsonWriter json(body);
    json.begin_object().member("folder", keeper->options().folder.string());
    json.member("schedule", keeper->options().schedule.to_string());
    json.member("keep", format_duration(keeper->options().keep)).key("next");
    if (status.next == TimestampMs::max()) {
      json.null();
    } else {
      json.value(format_rfc3339(status.next));
    }
    write_running(json, status);
    json.member("finished", finished(status)).key("failure");
    if (status.failure) {
      json.value(status.failure->to_string());
    } else {
      json.null();
    }
    json.key("backups").begin_array();
    for (const backup::Backup& backup : backups) write_backup(json, backup);
    json.end_array().end_object();
    return json_response(std::move(body));
  };
}

CallHandler make_backup_start(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY(only_parameters(call.request, {}));
    if (from_another_site(call.request)) {
      return problem(403, "permission_denied", "pages of other sites may not begin backups", call.request.id);
    }
    TRY_ASSIGN(backup::Keeper * keeper, keeper_of(services));
    const uint64_t before = finished(keeper->status());
    TRY(keeper->ask());
    net::Response response = json_response({});
    response.status = 202;
    response.headers.emplace_back("Location", "/api/v1/backups");
    JsonWriter(response.body).begin_object().member("finished", before).end_object();
    return response;
  };
}

}  // namespace oreum::api
