// Warnings and infos: what a query's author should know though there is an answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/parse/ast.h"

namespace oreum::promql {

/// Collected while a query is evaluated; each text once, at the last place of those that it is said of. Not
/// thread-safe.
class Annotations {
 public:
  /// `text` without the place and the "PromQL warning: " before it.
  void warn(std::string_view text, Span where) { add(warnings_, text, where); }
  void info(std::string_view text, Span where) { add(infos_, text, where); }

  struct Note {
    std::string text;
    Span where;
    bool operator==(const Note&) const = default;
  };
  const std::vector<Note>& warnings() const { return warnings_; }
  const std::vector<Note>& infos() const { return infos_; }

 private:
  static void add(std::vector<Note>& notes, std::string_view text, Span where);
  std::vector<Note> warnings_;
  std::vector<Note> infos_;
};

}  // namespace oreum::promql
