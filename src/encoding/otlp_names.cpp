// Names by OpenTelemetry's rules for Prometheus, as Prometheus' OTLP receiver applies them by default.
#include <algorithm>
#include <array>
#include <utility>

#include "encoding/otlp_translate.h"

namespace oreum::encoding {

namespace {

using Word = std::pair<std::string_view, std::string_view>;

// UCUM's codes → Prometheus' base units, spelled out.
constexpr auto kUnits = std::to_array<Word>({
    {"d", "days"},          {"h", "hours"},        {"min", "minutes"},   {"s", "seconds"},      {"ms", "milliseconds"},
    {"us", "microseconds"}, {"ns", "nanoseconds"}, {"By", "bytes"},      {"KiBy", "kibibytes"}, {"MiBy", "mebibytes"},
    {"GiBy", "gibibytes"},  {"TiBy", "tibibytes"}, {"KBy", "kilobytes"}, {"MBy", "megabytes"},  {"GBy", "gigabytes"},
    {"TBy", "terabytes"},   {"m", "meters"},       {"V", "volts"},       {"A", "amperes"},      {"J", "joules"},
    {"W", "watts"},         {"g", "grams"},        {"Cel", "celsius"},   {"Hz", "hertz"},       {"1", ""},
    {"%", "percent"},
});
constexpr auto kPerUnits = std::to_array<Word>(
    {{"s", "second"}, {"m", "minute"}, {"h", "hour"}, {"d", "day"}, {"w", "week"}, {"mo", "month"}, {"y", "year"}});

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The parts of a name between characters that no classic name has.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;
  for (const char c : text) {
    if (!is_alphanumeric(c) && c != ':') {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    words.back() += c;
  }
  return words;
}

/// A unit's word: from the table, or itself made clean. None for notes in braces.
template <typename Table>
std::string unit_word(const Table& table, std::string_view unit) {
  unit = trimmed(unit);
  if (unit.find_first_of("{}") != std::string_view::npos) return {};
  for (const auto& [code, word] : table) {
    if (code == unit) return std::string(word);
  }
  std::string out;
  for (const std::string& word : words_of(unit)) out += (out.empty() ? "" : "_") + word;
  std::erase(out, ':');
  return out;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void move_to_end(std::vector<std::string>& words, std::string_view word) {
  std::erase(words, word);
  words.emplace_back(word);
}

void add_unit(std::vector<std::string>& words, std::string_view unit) {
  const size_t slash = unit.find('/');
  const std::string main = unit_word(kUnits, unit.substr(0, slash));
  if (!main.empty() && !has(words, main)) words.push_back(main);
  if (slash == std::string_view::npos) return;
  const std::string per = unit_word(kPerUnits, unit.substr(slash + 1));
  if (per.empty() || has(words, per)) return;
  words.emplace_back("per");
  words.push_back(per);
}

}  // namespace

std::string otlp_metric_name(const OtlpMetric& metric) {
  std::vector<std::string> words = words_of(metric.name);
  add_unit(words, metric.unit);
  if (metric.kind == OtlpMetric::Kind::kSum && metric.monotonic) move_to_end(words, "total");
  if (metric.kind == OtlpMetric::Kind::kGauge && trimmed(metric.unit) == "1") move_to_end(words, "ratio");
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : "_") + word;
  if (!name.empty() && name.front() >= '0' && name.front() <= '9') name.insert(0, "_");
  return name;
}

std::string otlp_label_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;  // one underscore a character, not a byte
    out += is_alphanumeric(c) ? c : '_';
  }
  if (!out.empty() && out.front() >= '0' && out.front() <= '9') return "key_" + out;
  if (out.starts_with('_') && !out.starts_with("__")) return "key" + out;
  return out;
}

}  // namespace oreum::encoding
