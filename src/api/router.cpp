#include "api/router.h"

namespace oreum::api {

namespace {

/// Whether the path is one of the template; what stands for its {…} in arg.
bool matches(std::string_view pattern, std::string_view path, std::string_view& arg) {
  const size_t open = pattern.find('{');
  const std::string_view before = pattern.substr(0, open);
  const std::string_view after = pattern.substr(pattern.find('}') + 1);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return false;
  arg = path.substr(before.size(), path.size() - before.size() - after.size());
  return arg.find('/') == std::string_view::npos;
}

}  // namespace

Router::Router(const Routes& routes) {
  for (const Route& route : routes) {
    auto& list = route.path.find('{') == std::string_view::npos ? exact_[route.path] : templates_;
    list.push_back(&route);
  }
}

Match Router::find(std::string_view method, std::string_view path) const {
  Match result;
  const auto take = [&](const Route& route, std::string_view arg) {
    if (route.method == method) {
      result = {&route, arg, {}};
      return true;
    }
    if (!result.allow.empty()) result.allow += ", ";
    result.allow += route.method == "GET" ? "GET, HEAD" : route.method;
    return false;
  };
  if (const auto at = exact_.find(path); at != exact_.end()) {
    for (const Route* route : at->second) {
      if (take(*route, {})) return result;
    }
  }
  for (const Route* route : templates_) {
    std::string_view arg;
    if (matches(route->path, path, arg) && take(*route, arg)) return result;
  }
  return result;
}

}  // namespace oreum::api
