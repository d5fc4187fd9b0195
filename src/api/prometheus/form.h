// Parameters of Prometheus' API: of the query string, and of a form in the body, which comes first.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace oreum::api::prometheus {

/// Borrows the request.
class Form {
 public:
  /// kInvalidArgument: the body is no form.
  static Result<Form> of(const net::Request& request);

  /// The first of that name; "" when there is none, which Prometheus does not tell apart.
  std::string_view get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;

 private:
  explicit Form(const net::Request& request) : request_(request) {}
  const net::Request& request_;
  net::Fields body_;
};

// Errors are kInvalidArgument and name the parameter.

/// Unix seconds or RFC 3339, or the texts of Prometheus for the first and the last moment.
Result<TimestampMs> time_of(const Form& form, std::string_view name);
Result<TimestampMs> time_of(const Form& form, std::string_view name, TimestampMs otherwise);
/// Seconds or a duration, possibly below a millisecond or negative; none when it is not there.
Result<std::optional<std::chrono::nanoseconds>> duration_of(const Form& form, std::string_view name);
/// The same from its text, the error without the parameter's name.
Result<std::chrono::nanoseconds> parse_api_duration(std::string_view text);
/// How many results at most; 0 or none: SIZE_MAX.
Result<size_t> limit_of(const Form& form);

/// As Go's %q writes it, which error messages use.
std::string go_quoted(std::string_view text);

Error invalid_parameter(std::string_view name, std::string_view why);

}  // namespace oreum::api::prometheus
