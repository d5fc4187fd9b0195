// Router: method and path → a route of the table.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/route.h"

namespace oreum::api {

struct Match {
  const Route* route = nullptr;
  std::string_view arg;
  std::string allow;  // the path is known, the method is not: the methods there are, for Allow
};

/// Borrows the table. Immutable; thread-safe.
class Router {
 public:
  explicit Router(const Routes& routes);
  /// `arg` borrows the path.
  Match find(std::string_view method, std::string_view path) const;

 private:
  std::unordered_map<std::string_view, std::vector<const Route*>> exact_;  // by path
  std::vector<const Route*> templates_;                                    // paths with a {parameter}
};

}  // namespace oreum::api
