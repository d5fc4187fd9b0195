#include "base/result.h"

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

namespace oreum {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return "invalid_argument";
    case Code::kNotFound: return "not_found";
    case Code::kAlreadyExists: return "already_exists";
    case Code::kConflict: return "conflict";
    case Code::kPermissionDenied: return "permission_denied";
    case Code::kResourceExhausted: return "resource_exhausted";
    case Code::kUnavailable: return "unavailable";
    case Code::kDeadlineExceeded: return "deadline_exceeded";
    case Code::kCancelled: return "cancelled";
    case Code::kDataLoss: return "data_loss";
    case Code::kFailedPrecondition: return "failed_precondition";
    case Code::kUnimplemented: return "unimplemented";
    case Code::kInternal: return "internal";
  }
  return "unknown";
}

std::string Error::to_string() const {
  std::string out = message_;
  for (const Error* e = cause(); e != nullptr; e = e->cause()) {
    out += ": ";
    out += e->message();
  }
  return out;
}

namespace {

Code errno_code(int err) {
  switch (err) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO: return Code::kNotFound;
    case EEXIST: return Code::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS: return Code::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM: return Code::kResourceExhausted;
    case EINVAL: return Code::kInvalidArgument;
    case ETIMEDOUT: return Code::kDeadlineExceeded;
    default: return Code::kUnavailable;
  }
}

}  // namespace

Error errno_error(int err, std::string message) {
  return {errno_code(err), fmt::format("{}: {}", message, std::strerror(err))};  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace oreum
