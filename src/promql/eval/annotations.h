// Warnings and infos: what a query's author should know though there is an answer.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "promql/parse/ast.h"

namespace oreum::promql {

/// Collected while a query is evaluated; each text once, at the last place of those that it is said of. Not
/// thread-safe.
class Annotations {
 public:
  /// `text` without the place and the "PromQL warning: " before it.
  void warn(std::string_view text, Span where) { warnings_.add(text, where); }
  void info(std::string_view text, Span where) { infos_.add(text, where); }

  struct Note {
    std::string text;
    Span where;
    bool operator==(const Note&) const = default;
  };
  /// In the order in which they came first.
  const std::vector<Note>& warnings() const { return warnings_.notes; }
  const std::vector<Note>& infos() const { return infos_.notes; }

 private:
  struct Notes {
    std::vector<Note> notes;
    std::unordered_map<std::string, size_t> by_text;  // a query over all metrics may have one for each
    void add(std::string_view text, Span where);
  };
  Notes warnings_;
  Notes infos_;
};

}  // namespace oreum::promql
