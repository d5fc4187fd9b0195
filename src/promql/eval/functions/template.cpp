#include "promql/eval/functions/template.h"

#include <optional>

#include <re2/re2.h>

#include "base/number.h"

namespace oreum::promql::functions {

namespace {

/// Letters, digits and underscores at the text's begin.
std::string_view leading_name(std::string_view text) {
  static const re2::RE2 kName(R"([\p{L}\p{Nd}_]*)");
  re2::StringPiece rest(text.data(), text.size());
  re2::RE2::Consume(&rest, kName);
  return text.substr(0, text.size() - rest.size());
}

struct Reference {
  std::string_view name;
  size_t length;  // of all of it, behind the dollar
};

/// The reference behind a dollar; nothing where it is none, and the dollar a dollar.
std::optional<Reference> read_reference(std::string_view text) {
  const bool braces = text.starts_with('{');
  const std::string_view name = leading_name(text.substr(braces ? 1 : 0));
  if (name.empty()) return std::nullopt;
  if (!braces) return Reference{name, name.size()};
  if (!text.substr(1 + name.size()).starts_with('}')) return std::nullopt;
  return Reference{name, name.size() + 2};
}

/// Out of reach of any expression, so that it has no text.
constexpr size_t kNoSuchGroup = static_cast<size_t>(-2);

size_t group_of(std::string_view name, const std::map<std::string, int>& names) {
  const bool leading_zero = name.size() > 1 && name[0] == '0';
  if (const auto number = parse_u64(name); number && !leading_zero) return *number;
  const auto at = names.find(std::string(name));
  return at == names.end() ? kNoSuchGroup : static_cast<size_t>(at->second);
}

}  // namespace

ReplacementTemplate::ReplacementTemplate(std::string_view text, const std::map<std::string, int>& names) {
  Part part;
  while (!text.empty()) {
    const size_t dollar = text.find('$');
    part.text += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      part.text += '$';
      text.remove_prefix(1);
    } else if (const auto reference = read_reference(text)) {
      part.group = group_of(reference->name, names);
      parts_.push_back(std::move(part));
      part = {};
      text.remove_prefix(reference->length);
    } else {
      part.text += '$';
    }
  }
  parts_.push_back(std::move(part));
}

}  // namespace oreum::promql::functions
