// PostgreSQL's errors as Codes, and what a person can do about them.
#pragma once

#include <string_view>

#include "base/result.h"

namespace oreum::db {

/// Of a five-character SQLSTATE.
Code code_of_state(std::string_view state);
/// Of the message of a connection that was not made: there is no SQLSTATE then. Messages in another language than
/// English count as kUnavailable.
Code code_of_connecting(std::string_view message);
/// " (…)", or nothing.
std::string_view advice(Code code);

}  // namespace oreum::db
