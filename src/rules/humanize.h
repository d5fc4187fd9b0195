// Numbers for people, as Prometheus' templates write them.
#pragma once

#include <string>

namespace oreum::rules {

/// 1234567 → "1.235M", 0.002 → "2m".
std::string humanize(double v);
/// 2048 → "2ki".
std::string humanize_1024(double v);
/// Seconds: 3661 → "1h 1m 1s", 0.5 → "500ms".
std::string humanize_duration(double seconds);
/// 0.1234 → "12.34%".
std::string humanize_percentage(double v);
/// Unix seconds → "2026-01-31 12:34:56.789 +0000 UTC".
std::string humanize_timestamp(double seconds);

}  // namespace oreum::rules
