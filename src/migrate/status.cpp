#include "migrate/status.h"

#include <fmt/core.h>

#include "encoding/json_writer.h"

namespace oreum::migrate {

namespace {

using encoding::JsonWriter;

void write_time(JsonWriter& json, std::string_view key, TimestampMs t) {
  json.key(key);
  if (t.ms == 0) {
    json.null();
  } else {
    json.value(std::string_view(format_rfc3339(t)));
  }
}

void write_side(JsonWriter& json, std::string_view key, const Side& side, const std::optional<StoreView>& view) {
  json.key(key).begin_object().member("url", std::string_view(without_password(side.url)));
  json.member("instance_id", std::string_view(side.instance));
  if (view) {
    const storage::StoreStats& stats = view->stats;
    json.member("kind", std::string_view(view->kind)).member("series", stats.series).member("samples", stats.samples);
    json.member("rollup_samples", stats.rollup_samples).member("packs", stats.packs);
    json.member("disk_bytes", stats.disk_bytes).member("conflicts", stats.conflicts);
  }
  json.end_object();
}

void write_progress(JsonWriter& json, const MigrationStatus& status) {
  json.key("progress").begin_object();
  json.member("units", status.stream.units).member("all_units", status.all_units);
  json.member("samples", status.stream.samples).member("unit_samples", status.all_samples);
  json.member("bytes", status.stream.bytes).member("all_bytes", status.all_bytes);
  json.member("digest", std::string_view(fmt::format("{:016x}", status.stream.digest)));
  json.member("journal_position", status.stream.journal).member("lag_rows", status.lag_rows);
  json.member("bytes_per_second", status.bytes_per_second).key("seconds_left");
  if (status.left) {
    json.value(static_cast<double>(status.left->count()) / 1000);
  } else {
    json.null();
  }
  json.member("limit_bytes_per_second", status.limit).member("paused", status.paused);
  json.member("windows", status.windows).member("all_windows", status.all_windows).end_object();
}

void write_checks(JsonWriter& json, const MigrationStatus& status) {
  const Migration& m = *status.migration;
  json.key("verify").begin_object().member("samples", m.verified_samples).member("repaired", m.repaired);
  write_time(json, "at", m.verified);
  json.key("findings").begin_array();
  for (const std::string& finding : status.findings) json.value(std::string_view(finding));
  json.end_array().end_object();
  json.key("canary").begin_object().member("percent", static_cast<int64_t>(status.canary.percent));
  json.member("reads", status.canary.reads).member("mismatches", status.canary.mismatches).end_object();
  json.key("conflicts").begin_object().member("samples", status.stream.conflicts);
  json.member("first", std::string_view(status.stream.first_conflict)).end_object();
}

/// Each state that was entered, and how long it was in it; the last one's time goes on.
void write_steps(JsonWriter& json, const Migration& m) {
  json.key("steps").begin_array();
  for (size_t i = 0; i < m.steps.size(); ++i) {
    json.begin_object().member("state", name(m.steps[i].state));
    write_time(json, "at", m.steps[i].at);
    json.key("seconds");
    if (i + 1 < m.steps.size()) {
      json.value(static_cast<double>((m.steps[i + 1].at - m.steps[i].at).count()) / 1000);
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
}

void write_rehearsal(JsonWriter& json, const MigrationStatus& status) {
  json.key("rehearsal");
  if (status.rehearsal) {
    json.raw(status.rehearsal->to_json());
  } else {
    json.null();
  }
}

void write_possible(JsonWriter& json, const MigrationStatus& status) {
  json.key("possible").begin_array();
  for (const std::string_view action : status.possible()) json.value(action);
  json.end_array();
}

}  // namespace

std::vector<std::string_view> MigrationStatus::possible() const {
  if (rehearsal && rehearsal->state == RehearsalReport::State::kRunning) return {"cancel"};
  if (!migration || !under_way(migration->state)) return {"start", "rehearse"};
  const State state = migration->state;
  std::vector<std::string_view> actions;
  if (asked.empty()) {
    for (const Event event : {Event::kVerify, Event::kSwitch, Event::kReverse, Event::kComplete, Event::kCancel}) {
      if (next(state, event)) actions.push_back(name(event));
    }
  }
  if (follows(state)) actions.emplace_back("canary");
  actions.emplace_back(paused ? "resume" : "pause");
  actions.emplace_back("limit");
  return actions;
}

std::string MigrationStatus::to_json() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (!migration) {
    json.key("state").null();
    write_side(json, "store_of_record", self, active);
    write_possible(json, *this);
    write_rehearsal(json, *this);
    json.member("problem", std::string_view(problem)).member("commands", commands);
    json.member("refused", std::string_view(refused)).end_object();
    return out;
  }
  const Migration& m = *migration;
  json.member("id", std::string_view(m.id)).member("state", name(m.state));
  json.member("switched", m.soaking).member("switches", m.switches).member("epoch", m.epoch);
  write_time(json, "started", m.started);
  write_time(json, "last_switch", m.switched);
  json.member("writes_waited_seconds", static_cast<double>(m.stalled_ms) / 1000);
  write_side(json, "store_of_record", m.active, active);
  write_side(json, "other_store", m.other, other);
  write_steps(json, m);
  write_progress(json, *this);
  write_checks(json, *this);
  write_possible(json, *this);
  write_rehearsal(json, *this);
  json.member("asked", std::string_view(asked)).member("commands", commands);
  json.member("refused", std::string_view(refused)).member("problem", std::string_view(problem)).end_object();
  return out;
}

}  // namespace oreum::migrate
