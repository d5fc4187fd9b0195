// The report of a rehearsal as JSON.
#include "encoding/json_writer.h"
#include "migrate/rehearsal.h"

namespace oreum::migrate {

namespace {

std::string_view name_of(RehearsalReport::State state) {
  switch (state) {
    case RehearsalReport::State::kRunning: return "RUNNING";
    case RehearsalReport::State::kPassed: return "PASSED";
    case RehearsalReport::State::kFailed: return "FAILED";
    case RehearsalReport::State::kEnded: return "ENDED";
  }
  return "";
}

double seconds(milliseconds time) { return static_cast<double>(time.count()) / 1000; }

}  // namespace

std::string RehearsalReport::to_json() const {
  std::string out;
  encoding::JsonWriter json(out);
  json.begin_object().member("state", name_of(state)).member("from", std::string_view(from));
  json.member("to", std::string_view(to)).member("started", std::string_view(format_rfc3339(started)));
  json.member("series", series).member("samples", samples).member("now", std::string_view(now));
  json.key("steps").begin_array();
  for (const Step& step : steps) {
    json.begin_object().member("name", std::string_view(step.name)).member("seconds", seconds(step.took)).end_object();
  }
  json.end_array();
  json.member("writes_waited_seconds", seconds(writes_waited));
  json.key("load").begin_object().member("batches", load.batches).member("samples", load.samples);
  json.member("refused_batches", load.refused_batches).member("longest_write_seconds", seconds(load.longest_write));
  json.member("reads", load.reads).member("failed_reads", load.failed_reads);
  json.member("read_p99_seconds_alone", read_p99_before_ms / 1000);
  json.member("read_p99_seconds_meanwhile", load.read_p99_ms / 1000).end_object();
  json.member("compared_samples", compared_samples).key("findings").begin_array();
  for (const std::string& finding : findings) json.value(std::string_view(finding));
  json.end_array().member("problem", std::string_view(problem)).end_object();
  return out;
}

}  // namespace oreum::migrate
