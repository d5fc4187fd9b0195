// What must not be seen by those who read logs and answers.
#pragma once

#include <string>
#include <string_view>

namespace oreum {

/// A URL with "…" for its password, for people: `user:password@`, also where it was not escaped as it should, and
/// parameters like `?password=`. What is no URL of a server stays as it is.
std::string without_password(std::string_view url);

}  // namespace oreum
