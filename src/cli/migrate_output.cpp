#include "cli/migrate_output.h"

#include <algorithm>

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
    out += fmt::format("  {:<16} {}: {} samples are the same in both; {} series of a day were copied again\n",
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

std::string plan_text(const json::object& plan) {
  std::string out = fmt::format(
      "from {} to {}{}\n", text(plan, "from"), text(plan, "to"),
      plan.contains("target_there") && plan.at("target_there").is_bool() && plan.at("target_there").as_bool()
          ? ""
          : ", which will be made");
  out += fmt::format("  {} samples of {} series in {} packs, {}\n", count(plan, "samples"), count(plan, "series"),
                     count(plan, "packs"), bytes_text(count(plan, "bytes")));
  if (count(plan, "free_bytes") > 0) out += fmt::format("  room there: {}\n", bytes_text(count(plan, "free_bytes")));
  out += fmt::format("  about {:.1f} s until it is ready to switch; Oreum serves and collects all the while\n",
                     number(plan, "estimated_seconds"));
  const json::value* obstacles = plan.if_contains("obstacles");
  if (obstacles == nullptr || !obstacles->is_array() || obstacles->as_array().empty()) {
    return out + "nothing is in the way\n";
  }
  for (const json::value& obstacle : obstacles->as_array()) {
    if (obstacle.is_string()) out += fmt::format("in the way: {}\n", std::string(obstacle.as_string()));
  }
  return out;
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
