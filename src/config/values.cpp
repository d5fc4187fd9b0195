// Parsers of single values.
#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/core.h>

#include "base/number.h"
#include "config/config.h"

namespace oreum::config {

bool Listen::loopback() const { return host == "localhost" || host == "::1" || host.starts_with("127."); }

std::string Listen::to_string() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Result<Listen> parse_listen(std::string_view text) {
  const Error bad(Code::kInvalidArgument,
                  fmt::format("\"{}\": expected HOST:PORT, like 127.0.0.1:8000 or [::1]:8000", text));
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad;
  std::string_view host = text.substr(0, colon);
  const std::optional<uint64_t> port = parse_u64(text.substr(colon + 1));
  if (!port || *port > 65535) return bad;
  if (host.starts_with('[') != host.ends_with(']')) return bad;
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad;
  }
  Listen listen;
  if (!host.empty()) listen.host = host;
  listen.port = static_cast<uint16_t>(*port);
  return listen;
}

Result<uint64_t> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr auto kUnits = std::to_array<Unit>({{"", 1},
                                                      {"B", 1},
                                                      {"KB", 1e3},
                                                      {"MB", 1e6},
                                                      {"GB", 1e9},
                                                      {"TB", 1e12},
                                                      {"KiB", 0x1p10},
                                                      {"MiB", 0x1p20},
                                                      {"GiB", 0x1p30},
                                                      {"TiB", 0x1p40}});
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::optional<double> number = parse_double(text.substr(0, digits));
  const std::string_view name = trim(text.substr(digits));
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == name; });
  constexpr double kLimit = 9e18;
  if (!number || unit == kUnits.end() || *number * unit->bytes > kLimit) {
    return Error(Code::kInvalidArgument,
                 fmt::format("\"{}\": expected a size like 2GB, 512MiB or a number of bytes", text));
  }
  return static_cast<uint64_t>(*number * unit->bytes);
}

std::string BackupSchedule::to_string() const {
  switch (kind) {
    case Kind::kOff: return "off";
    case Kind::kDaily: return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
    case Kind::kEvery: return format_duration(every);
  }
  return "";
}

Result<BackupSchedule> parse_backup_schedule(std::string_view text) {
  using Kind = BackupSchedule::Kind;
  if (text == "off") return BackupSchedule{Kind::kOff, 0, milliseconds(0)};
  const Error bad(
      Code::kInvalidArgument,
      fmt::format("\"{}\": expected a time of day like 03:15, a distance like 6h (at least 1m), or off", text));
  if (const size_t colon = text.find(':'); colon != std::string_view::npos) {
    const std::optional<uint64_t> hour = parse_u64(text.substr(0, colon));
    const std::optional<uint64_t> minute = parse_u64(text.substr(colon + 1));
    if (!hour || !minute || *hour > 23 || *minute > 59 || text.size() != colon + 3) return bad;
    return BackupSchedule{Kind::kDaily, static_cast<int>(*hour * 60 + *minute), milliseconds(0)};
  }
  const Result<milliseconds> every = parse_duration(text);
  if (!every || *every < milliseconds(60'000)) return bad;
  return BackupSchedule{Kind::kEvery, 0, *every};
}

std::string nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  size_t best_distance = word.size() / 2 + 1;  // farther than half the word is no help
  std::vector<size_t> row;
  for (const std::string_view candidate : known) {
    // Levenshtein distance, one row at a time.
    row.resize(candidate.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= word.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j <= candidate.size(); ++j) {
        const size_t substituted = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return std::string(best);
}

}  // namespace oreum::config
