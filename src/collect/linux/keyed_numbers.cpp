#include "collect/linux/keyed_numbers.h"

#include <algorithm>

#include <fmt/core.h>

#include "hostfs/text.h"

namespace oreum::collect {

Status KeyedNumbers::parse(std::string_view text) {
  lines_.clear();
  values_.clear();
  hostfs::Lines lines(text);
  while (const std::optional<std::string_view> line = lines.next()) {
    hostfs::Fields fields(*line);
    const std::string_view key = fields.next();
    if (key.empty()) continue;
    const size_t first = values_.size();
    for (std::string_view field = fields.next(); !field.empty(); field = fields.next()) {
      const std::optional<double> value = parse_double(field);
      if (!value) return Error(Code::kUnavailable, fmt::format("line {}: \"{}\" is no number", key, field));
      values_.push_back(*value);
    }
    lines_.push_back({key, first, values_.size() - first});
  }
  return {};
}

const KeyedNumbers::Line* KeyedNumbers::find(std::string_view key) const {
  const auto found = std::ranges::find(lines_, key, &Line::key);
  return found == lines_.end() ? nullptr : &*found;
}

size_t KeyedNumbers::count(std::string_view key) const {
  const Line* line = find(key);
  return line == nullptr ? 0 : line->count;
}

std::optional<double> KeyedNumbers::get(std::string_view key, size_t i) const {
  const Line* line = find(key);
  if (line == nullptr || i >= line->count) return std::nullopt;
  return values_[line->first + i];
}

}  // namespace oreum::collect
