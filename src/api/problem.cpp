#include "api/problem.h"

#include "encoding/json_writer.h"
#include "net/problem.h"

namespace oreum::api {

namespace {

constexpr const char* kRetryAfterSeconds = "5";

void add_retry_after(net::Response& response) {
  if (response.status == 503) response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
}

}  // namespace

int http_status(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return 400;
    case Code::kNotFound: return 404;
    case Code::kAlreadyExists:
    case Code::kConflict: return 409;
    case Code::kUnimplemented: return 501;
    case Code::kDeadlineExceeded: return 504;
    case Code::kResourceExhausted:
    case Code::kUnavailable:
    case Code::kCancelled:
    case Code::kFailedPrecondition: return 503;
    case Code::kPermissionDenied:  // this process lacks a right: not the client's fault
    case Code::kDataLoss:
    case Code::kInternal: return 500;
  }
  return 500;
}

net::Response problem(const Error& error, std::string_view request_id) {
  return problem(http_status(error.code()), code_name(error.code()), error.to_string(), request_id);
}

net::Response problem(int status, std::string_view code, std::string_view detail, std::string_view request_id) {
  net::Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/problem+json");
  add_retry_after(response);
  encoding::JsonWriter json(response.body);
  json.begin_object().member("type", "about:blank").member("title", net::reason_phrase(status));
  json.member("status", status).member("detail", detail).member("code", code).member("request_id", request_id);
  json.end_object();
  return response;
}

}  // namespace oreum::api
