// Names of any text where only the classic characters may stand: U__http_2e_status stands for http.status.
#pragma once

#include <string>
#include <string_view>

namespace oreum::api::prometheus {

/// The name that is meant. What does not begin with U__, or is not well escaped, means itself.
std::string unescape_name(std::string_view text);

/// The name with the characters that the classic text format does not know replaced by underscores.
std::string underscored_name(std::string_view name);

}  // namespace oreum::api::prometheus
