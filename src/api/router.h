// Router: method and path → a route of the table.
#pragma once

#include <string>
#include <string_view>

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
  explicit Router(const Routes& routes) : routes_(routes) {}
  /// `arg` borrows the path.
  Match find(std::string_view method, std::string_view path) const;

 private:
  const Routes& routes_;
};

}  // namespace oreum::api
