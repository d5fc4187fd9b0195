#include "migrate/record.h"

#include <fmt/core.h>
#include <boost/json.hpp>

#include "base/number.h"
#include "encoding/json_writer.h"

namespace oreum::migrate {

namespace {

namespace json = boost::json;
using encoding::JsonWriter;

/// Calls f with the object that the text holds; whatever is not as expected is damage.
template <typename T, typename F>
Result<T> reading(std::string_view what, std::string_view text, F&& f) {
  try {
    const json::value value = json::parse({text.data(), text.size()});
    T out;
    f(value.as_object(), out);
    return out;
  } catch (const std::exception& e) {
    return Error(Code::kDataLoss, fmt::format("the record of the {} is damaged: {}", what, e.what()));
  }
}

std::string text_at(const json::object& in, const char* key) { return std::string(in.at(key).as_string()); }
int64_t int_at(const json::object& in, const char* key) { return in.at(key).to_number<int64_t>(); }
uint64_t count_at(const json::object& in, const char* key) { return in.at(key).to_number<uint64_t>(); }
bool bool_at(const json::object& in, const char* key) { return in.at(key).as_bool(); }
Side side_at(const json::object& in, const char* key) {
  const json::object& side = in.at(key).as_object();
  return {text_at(side, "url"), text_at(side, "instance")};
}

void write_side(JsonWriter& out, std::string_view key, const Side& side) {
  out.key(key).begin_object().member("url", std::string_view(side.url));
  out.member("instance", std::string_view(side.instance)).end_object();
}

}  // namespace

void Migration::enter(State to, TimestampMs now) {
  constexpr size_t kMostSteps = 100;
  state = to;
  steps.push_back({to, now});
  if (steps.size() > kMostSteps) steps.erase(steps.begin() + kMostSteps / 2);
}

std::string Migration::encode() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("id", std::string_view(id)).member("state", name(state));
  write_side(json, "active", active);
  write_side(json, "other", other);
  json.member("soaking", soaking).member("switches", switches).member("epoch", epoch);
  json.member("started", started.ms).member("switched", switched.ms).member("stalled_ms", stalled_ms);
  json.member("verified_samples", verified_samples).member("verified", verified.ms).member("repaired", repaired);
  json.key("steps").begin_array();
  for (const Step& step : steps) {
    json.begin_object().member("state", name(step.state)).member("at", step.at.ms).end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

Result<Migration> Migration::decode(std::string_view text) {
  return reading<Migration>("migration", text, [](const json::object& in, Migration& out) {
    out.id = text_at(in, "id");
    out.state = parse_state(text_at(in, "state")).value();
    out.active = side_at(in, "active");
    out.other = side_at(in, "other");
    out.soaking = bool_at(in, "soaking");
    out.switches = count_at(in, "switches");
    out.epoch = int_at(in, "epoch");
    out.started = {int_at(in, "started")};
    out.switched = {int_at(in, "switched")};
    out.stalled_ms = int_at(in, "stalled_ms");
    out.verified_samples = count_at(in, "verified_samples");
    out.verified = {int_at(in, "verified")};
    out.repaired = count_at(in, "repaired");
    if (!in.contains("steps")) return;  // of before they were kept
    for (const json::value& step : in.at("steps").as_array()) {
      const json::object& one = step.as_object();
      out.steps.push_back({parse_state(text_at(one, "state")).value(), {int_at(one, "at")}});
    }
  });
}

std::string Routing::encode() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("epoch", epoch);
  write_side(json, "active", active);
  json.end_object();
  return out;
}

Result<Routing> Routing::decode(std::string_view text) {
  return reading<Routing>("routing", text, [](const json::object& in, Routing& out) {
    out.epoch = int_at(in, "epoch");
    out.active = side_at(in, "active");
  });
}

std::string Stream::encode() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("id", std::string_view(id)).member("series", series).member("unit", unit);
  json.member("units", units).member("samples", samples).member("bytes", bytes);
  json.member("digest", std::string_view(fmt::format("{:016x}", digest))).member("journal", journal);
  json.member("conflicts", conflicts).member("first_conflict", std::string_view(first_conflict)).end_object();
  return out;
}

Result<Stream> Stream::decode(std::string_view text) {
  return reading<Stream>("stream", text, [](const json::object& in, Stream& out) {
    out.id = text_at(in, "id");
    out.series = count_at(in, "series");
    out.unit = int_at(in, "unit");
    out.units = count_at(in, "units");
    out.samples = count_at(in, "samples");
    out.bytes = count_at(in, "bytes");
    out.digest = parse_hex(text_at(in, "digest")).value();
    out.journal = int_at(in, "journal");
    out.conflicts = count_at(in, "conflicts");
    out.first_conflict = text_at(in, "first_conflict");
  });
}

}  // namespace oreum::migrate
