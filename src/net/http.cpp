#include "net/http.h"

namespace oreum::net {

namespace {

std::optional<std::string_view> first(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const { return first(headers, name); }

std::optional<std::string_view> Request::param(std::string_view name) const { return first(query, name); }

}  // namespace oreum::net
