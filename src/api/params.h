// Query parameters, each error naming its parameter.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace oreum::api {

/// kInvalidArgument names the first parameter that is none of these, or comes twice though it is not repeatable.
Status only_parameters(const net::Request& request, std::initializer_list<std::string_view> known,
                       std::initializer_list<std::string_view> repeatable = {});

/// RFC 3339 or Unix seconds; `otherwise` when it is not there.
Result<TimestampMs> time_parameter(const net::Request& request, std::string_view name, TimestampMs otherwise);

/// A duration above zero; none when it is not there.
Result<std::optional<milliseconds>> duration_parameter(const net::Request& request, std::string_view name);

/// A request whose parameters are those of this one and of the form in its body.
Result<net::Request> with_form(const net::Request& request);

/// A page of another site can make a browser post here, though not read the answer.
bool from_another_site(const net::Request& request);

Error bad_parameter(std::string_view name, std::string_view why);

}  // namespace oreum::api
