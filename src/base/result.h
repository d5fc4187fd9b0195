// Result<T> and Error: how every fallible call in Oreum answers. See DESIGN.md §7.
//
// Errors are values. Codes say *who must act*, so that the one place that turns an Error into an HTTP status or an
// exit code needs nothing else. Context is added on the way up with wrap(); absent data is never an error.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace oreum {

enum class Code {
  kInvalidArgument,     // the caller sent something that can never work: fix the request
  kNotFound,            // the thing asked for is not there
  kAlreadyExists,       // the thing to be made is there already
  kConflict,            // what is stored contradicts what was sent
  kPermissionDenied,    // the process may not do this: fix rights
  kResourceExhausted,   // a limit, a queue or a disk is full: wait, or raise the limit
  kUnavailable,         // a file, server or lock is away for now: try again
  kDeadlineExceeded,    // the time given was not enough
  kCancelled,           // the caller went away
  kDataLoss,            // stored data is damaged: restore or repair
  kFailedPrecondition,  // the system is not in a state that allows it: an operator must act first
  kUnimplemented,       // this build or level cannot do it
  kInternal,            // a bug of ours
};

/// Stable lower-case name of a code, e.g. "invalid_argument".
std::string_view code_name(Code code);

/// What went wrong, for a person. `cause` is the error below it, outermost first. Cheap to move; immutable once made.
class Error {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}
  Error(Code code, std::string message, Error cause)
      : code_(code), message_(std::move(message)), cause_(std::make_shared<const Error>(std::move(cause))) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  const Error* cause() const { return cause_.get(); }

  /// "opening /x: permission denied": this message and all causes.
  std::string to_string() const;

  /// The same code under one more line of context.
  Error wrap(std::string context) && {
    const Code code = code_;
    return Error(code, std::move(context), std::move(*this));
  }

 private:
  Code code_;
  std::string message_;
  std::shared_ptr<const Error> cause_;
};

template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  Result(std::expected<T, Error> e) : std::expected<T, Error>(std::move(e)) {}  // NOLINT(google-explicit-constructor)
  Result(Error e) : std::expected<T, Error>(std::unexpected(std::move(e))) {}   // NOLINT(google-explicit-constructor)
};

using Status = Result<void>;

/// The error of the operating system's errno value, mapped to a code.
Error errno_error(int err, std::string message);

}  // namespace oreum

#define OREUM_CONCAT_(a, b) a##b
#define OREUM_CONCAT(a, b) OREUM_CONCAT_(a, b)

/// TRY(expr): returns the error of a Status (or any Result whose value is not wanted) to the caller.
#define TRY(expr)                                           \
  do {                                                      \
    if (auto oreum_try_ = (expr); !oreum_try_) [[unlikely]] \
      return ::oreum::Error(std::move(oreum_try_).error()); \
  } while (false)

/// TRY_ASSIGN(auto x, expr): declares or assigns x from the value of a Result, or returns its error.
#define TRY_ASSIGN(lhs, expr) OREUM_TRY_ASSIGN_(OREUM_CONCAT(oreum_try_, __LINE__), lhs, expr)
#define OREUM_TRY_ASSIGN_(tmp, lhs, expr)          \
  auto tmp = (expr);                               \
  if (!tmp) [[unlikely]]                           \
    return ::oreum::Error(std::move(tmp).error()); \
  lhs = std::move(*tmp)
