// What a regular expression's match is replaced with: text with $1, ${1}, $name and ${name}, $$ for a dollar; as Go's
// Regexp.Expand reads it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oreum::promql::functions {

class ReplacementTemplate {
 public:
  /// `names`: the numbers of the groups that have names.
  ReplacementTemplate(std::string_view text, const std::map<std::string, int>& names);

  /// Appends the text, with group(number) for each reference. Groups that do not exist have no text.
  template <typename F>
  void expand(std::string& out, F&& group) const {
    for (const Part& part : parts_) {
      out += part.text;
      if (part.group != kNone) out += group(part.group);
    }
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  struct Part {
    std::string text;      // before the group
    size_t group = kNone;  // kNone: only text
  };
  std::vector<Part> parts_;
};

}  // namespace oreum::promql::functions
