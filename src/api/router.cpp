#include "api/router.h"

namespace oreum::api {

namespace {

/// Whether the path is one of the template; what stands for its {…} in arg.
bool matches(std::string_view pattern, std::string_view path, std::string_view& arg) {
  const size_t open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, open);
  const std::string_view after = pattern.substr(pattern.find('}') + 1);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return false;
  arg = path.substr(before.size(), path.size() - before.size() - after.size());
  return arg.find('/') == std::string_view::npos;
}

}  // namespace

Match Router::find(std::string_view method, std::string_view path) const {
  Match result;
  for (const Route& route : routes_) {
    std::string_view arg;
    if (!matches(route.path, path, arg)) continue;
    if (route.method == method) return {&route, arg, {}};
    if (!result.allow.empty()) result.allow += ", ";
    result.allow += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  return result;
}

}  // namespace oreum::api
