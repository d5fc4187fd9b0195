#include "cli/migrate_output.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "cli/backup_progress.h"

namespace oreum::cli {

namespace {

namespace json = boost::json;

std::string text(const json::object& in, const char* key) {
  const json::value* found = in.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}
uint64_t count(const json::object& in, const char* key) {
  const json::value* found = in.if_contains(key);
  if (found == nullptr || !found->is_number()) return 0;
  boost::system::error_code ec;
  const auto value = found->to_number<uint64_t>(ec);
  return ec ? 0 : value;
}
double number(const json::object& in, const char* key) {
  const json::value* found = in.if_contains(key);
  return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}
const json::object& part(const json::object& in, const char* key) {
  static const json::object kNone;
  const json::value* found = in.if_contains(key);
  return found != nullptr && found->is_object() ? found->as_object() : kNone;
}

std::string store_line(std::string_view role, const json::object& store) {
  if (!store.contains("samples")) return fmt::format("  {:<16} {}\n", role, text(store, "url"));
  return fmt::format("  {:<16} {}: {} samples of {} series, {}\n", role, text(store, "url"), count(store, "samples"),
                     count(store, "series"), bytes_text(count(store, "disk_bytes")));
}

std::string room_line(std::string_view what, const json::object& plan, const char* free, const char* wanted) {
  const json::value* known = plan.if_contains(free);
  return fmt::format(
      "  {}: {}, {} are wanted\n", what,
      known != nullptr && known->is_number() ? bytes_text(count(plan, free)) : "not to be told from here",
      bytes_text(count(plan, wanted)));
}

}  // namespace

std::string migration_text(const json::object& status) {
  const std::string state = text(status, "state");
  if (state.empty()) return "no migration is under way\n";
  std::string out = fmt::format("migration {}: {}\n", text(status, "id"), state);
  out += store_line("store of record", part(status, "store_of_record"));
  out += store_line("other store", part(status, "other_store"));
  const json::object& progress = part(status, "progress");
  out += fmt::format("  {:<16} {} of {} units, {} of {}; {} samples; {} journal rows to follow\n", "copied",
                     count(progress, "units"), count(progress, "all_units"), bytes_text(count(progress, "bytes")),
                     bytes_text(count(progress, "all_bytes")), count(progress, "samples"), count(progress, "lag_rows"));
  const json::object& verify = part(status, "verify");
  if (const std::string at = text(verify, "at"); !at.empty()) {
    out += fmt::format(
        "  {:<16} {}: {} samples and all rollups are the same in both; {} parts that differed were copied again\n",
        "verified", at, count(verify, "samples"), count(verify, "repaired"));
  }
  if (const json::value* findings = verify.if_contains("findings"); findings != nullptr && findings->is_array()) {
    for (const json::value& finding : findings->as_array()) {
      if (finding.is_string()) out += fmt::format("    {}\n", std::string(finding.as_string()));
    }
  }
  if (count(status, "switches") > 0) {
    out += fmt::format("  {:<16} {} times, last {}; writes waited {:.3f} s\n", "switched", count(status, "switches"),
                       text(status, "last_switch"), number(status, "writes_waited_seconds"));
  }
  const json::object& canary = part(status, "canary");
  if (count(canary, "reads") > 0 || count(canary, "percent") > 0) {
    out += fmt::format("  {:<16} {} % of reads: {} compared, {} series differed\n", "canary", count(canary, "percent"),
                       count(canary, "reads"), count(canary, "mismatches"));
  }
  const json::object& conflicts = part(status, "conflicts");
  if (count(conflicts, "samples") > 0) {
    out += fmt::format("  {:<16} {} samples, first {}: oreum migrate verify settles them\n", "conflicts",
                       count(conflicts, "samples"), text(conflicts, "first"));
  }
  if (const std::string problem = text(status, "problem"); !problem.empty()) {
    out += fmt::format("  {:<16} {}\n", "problem", problem);
  }
  if (state == "READY") out += "next: oreum migrate switch (or cancel)\n";
  if (state == "SOAK") out += "next: oreum migrate complete, once you are sure (or reverse: back, without a loss)\n";
  return out;
}

std::string report_text(const json::object& status) {
  std::string out = migration_text(status);
  const json::value* steps = status.if_contains("steps");
  if (steps == nullptr || !steps->is_array()) return out;
  out += "states:\n";
  for (const json::value& step : steps->as_array()) {
    if (!step.is_object()) continue;
    const json::object& one = step.as_object();
    const json::value* seconds = one.if_contains("seconds");
    out += fmt::format("  {:<10} {}", text(one, "state"), text(one, "at"));
    if (seconds != nullptr && seconds->is_number()) out += fmt::format("  {:>10.3f} s", number(one, "seconds"));
    out += "\n";
  }
  return out;
}

std::string rehearsal_text(const json::object& rehearsal) {
  std::string out = fmt::format("rehearsal from {} to {}: {}\n", text(rehearsal, "from"), text(rehearsal, "to"),
                                text(rehearsal, "state"));
  out += fmt::format("  {} samples of {} series copied; {} compared to the bit\n", count(rehearsal, "samples"),
                     count(rehearsal, "series"), count(rehearsal, "compared_samples"));
  if (const json::value* steps = rehearsal.if_contains("steps"); steps != nullptr && steps->is_array()) {
    for (const json::value& step : steps->as_array()) {
      if (!step.is_object()) continue;
      out += fmt::format("  {:<26} {:>9.3f} s\n", text(step.as_object(), "name"), number(step.as_object(), "seconds"));
    }
  }
  const json::object& load = part(rehearsal, "load");
  out += fmt::format(
      "  writes: {} batches, {} samples; the longest took {:.3f} s, waited at a switch {:.3f} s; {} refused\n",
      count(load, "batches"), count(load, "samples"), number(load, "longest_write_seconds"),
      number(rehearsal, "writes_waited_seconds"), count(load, "refused_batches"));
  out += fmt::format("  reads: {}; 99 of 100 within {:.1f} ms (alone: {:.1f} ms); {} failed\n", count(load, "reads"),
                     number(load, "read_p99_seconds_meanwhile") * 1000, number(load, "read_p99_seconds_alone") * 1000,
                     count(load, "failed_reads"));
  const json::value* findings = rehearsal.if_contains("findings");
  if (findings != nullptr && findings->is_array()) {
    for (const json::value& finding : findings->as_array()) {
      if (finding.is_string()) out += fmt::format("  found: {}\n", std::string(finding.as_string()));
    }
  }
  if (const std::string problem = text(rehearsal, "problem"); !problem.empty()) {
    out += fmt::format("  problem: {}\n", problem);
  }
  return out;
}

std::string plan_text(const json::object& plan) {
  std::string out = fmt::format(
      "from {} to {}{}\n", text(plan, "from"), text(plan, "to"),
      plan.contains("target_there") && plan.at("target_there").is_bool() && plan.at("target_there").as_bool()
          ? ""
          : ", which will be made");
  out += fmt::format("  {} samples of {} series in {} packs, {}\n", count(plan, "samples"), count(plan, "series"),
                     count(plan, "packs"), bytes_text(count(plan, "bytes")));
  out += room_line("room there", plan, "free_bytes", "wanted_bytes");
  out += room_line("room here", plan, "source_free_bytes", "source_wanted_bytes");
  if (const json::value* ahead = plan.if_contains("clock_ahead_seconds"); ahead != nullptr && ahead->is_number()) {
    const double seconds = number(plan, "clock_ahead_seconds");
    out += fmt::format("  its clock: {:.1f} s {} of this one\n", std::abs(seconds), seconds < 0 ? "behind" : "ahead");
  }
  const bool measured = plan.contains("measured") && plan.at("measured").is_bool() && plan.at("measured").as_bool();
  out += fmt::format("  about {:.1f} s ({}) until it is ready to switch; Oreum serves and collects all the while\n",
                     number(plan, "estimated_seconds"), measured ? "by a short trial" : "as on other machines");
  const json::value* obstacles = plan.if_contains("obstacles");
  if (obstacles == nullptr || !obstacles->is_array() || obstacles->as_array().empty()) {
    return out + "nothing is in the way\n";
  }
  for (const json::value& obstacle : obstacles->as_array()) {
    if (obstacle.is_string()) out += fmt::format("in the way: {}\n", std::string(obstacle.as_string()));
  }
  return out;
}

std::string rehearsal_line(const json::object& rehearsal) {
  return fmt::format("REHEARSAL  {}", text(rehearsal, "now"));
}

std::string progress_line(const json::object& status) {
  const json::object& progress = part(status, "progress");
  const std::string state = text(status, "state");
  std::string line = fmt::format("{:<10}", state);
  if (state == "VERIFY") {
    line += fmt::format(" {} of {} windows", count(progress, "windows"), count(progress, "all_windows"));
  } else {
    const uint64_t all = count(progress, "all_bytes");
    constexpr uint64_t kWidth = 24;
    const uint64_t done = all == 0 ? kWidth : std::min(kWidth, count(progress, "bytes") * kWidth / all);
    line += fmt::format(" [{}{}] {} of {}, {} samples", std::string(done, '#'), std::string(kWidth - done, '.'),
                        bytes_text(count(progress, "bytes")), bytes_text(all), count(progress, "samples"));
    if (number(progress, "bytes_per_second") > 0 && state == "COPY") {
      line +=
          fmt::format(", {}/s, {:.0f} s left", bytes_text(static_cast<uint64_t>(number(progress, "bytes_per_second"))),
                      number(progress, "seconds_left"));
    }
    if (const uint64_t lag = count(progress, "lag_rows"); lag > 0) line += fmt::format(", {} rows behind", lag);
  }
  if (const std::string problem = text(status, "problem"); !problem.empty()) line += " (" + problem + ")";
  return line;
}

}  // namespace oreum::cli
