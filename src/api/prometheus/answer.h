// Answers in the shape of Prometheus' API: its envelope, its error types and statuses, its way to write strings.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace oreum::api::prometheus {

enum class ErrorType {
  kBadData,
  kExecution,
  kCanceled,
  kTimeout,
  kInternal,
  kUnavailable,
  kNotFound,
  kNotAcceptable,
};

net::Response error(ErrorType type, std::string_view message);
/// The type that says the same as the error's code: for errors of the store and of the engine before it evaluates.
net::Response error(const Error& error);

/// As text, where Prometheus' API answers errors so: to who pushes, reads remotely or federates.
net::Response plain_error(int status, std::string_view message);

/// What every successful answer begins with; the data follows, then finish().
inline constexpr std::string_view kSuccess = R"({"status":"success","data":)";

/// Notes beside the data, as they are read: "PromQL info: … (1:5)".
struct Notes {
  std::span<const std::string> warnings = {};
  std::span<const std::string> infos = {};
};

/// Ends a body that began with kSuccess.
net::Response finish(std::string body, const Notes& notes = {});
/// The whole answer from its data as JSON.
net::Response success(std::string_view data_json, const Notes& notes = {});

/// A JSON string with its quotes, <, > and & escaped, as Go's encoder does in everything but labels.
void append_text(std::string& out, std::string_view text);
/// A JSON array of them.
void append_texts(std::string& out, std::span<const std::string> texts);

inline constexpr std::string_view kTruncated = "results truncated due to limit";

}  // namespace oreum::api::prometheus
