#include "api/prometheus/answer.h"

#include <array>

#include "encoding/json_writer.h"

namespace oreum::api::prometheus {

namespace {

struct ErrorShape {
  std::string_view name;
  int status;
};

constexpr int kClientClosedRequest = 499;

ErrorShape shape_of(ErrorType type) {
  switch (type) {
    case ErrorType::kBadData: return {"bad_data", 400};
    case ErrorType::kExecution: return {"execution", 422};
    case ErrorType::kCanceled: return {"canceled", kClientClosedRequest};
    case ErrorType::kTimeout: return {"timeout", 503};
    case ErrorType::kInternal: return {"internal", 500};
    case ErrorType::kUnavailable: return {"unavailable", 503};
    case ErrorType::kNotFound: return {"not_found", 404};
    case ErrorType::kNotAcceptable: return {"not_acceptable", 406};
  }
  return {"internal", 500};
}

ErrorType type_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kAlreadyExists:
    case Code::kConflict: return ErrorType::kBadData;
    case Code::kNotFound: return ErrorType::kNotFound;
    case Code::kResourceExhausted: return ErrorType::kExecution;
    case Code::kDeadlineExceeded: return ErrorType::kTimeout;
    case Code::kCancelled: return ErrorType::kCanceled;
    case Code::kUnavailable:
    case Code::kFailedPrecondition:
    case Code::kUnimplemented: return ErrorType::kUnavailable;
    case Code::kPermissionDenied:
    case Code::kDataLoss:
    case Code::kInternal: return ErrorType::kInternal;
  }
  return ErrorType::kInternal;
}

net::Fields json_headers() { return {{"Content-Type", "application/json"}, {"Vary", "Accept-Encoding"}}; }

/// What Go's encoder escapes though JSON does not ask for it.
std::string_view html_escape(std::string_view rest, size_t& length) {
  length = 1;
  switch (rest.front()) {
    case '<': return "\\u003c";
    case '>': return "\\u003e";
    case '&': return "\\u0026";
    default: break;
  }
  length = 3;
  if (rest.starts_with("\xE2\x80\xA8")) return "\\u2028";
  if (rest.starts_with("\xE2\x80\xA9")) return "\\u2029";
  return {};
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
  const size_t from = out.size();
  encoding::append_json_string(out, text);
  constexpr std::string_view kSuspects = "<>&\xE2";
  size_t at = out.find_first_of(kSuspects, from);
  if (at == std::string::npos) return;
  const std::string plain = out.substr(at);
  out.resize(at);
  for (size_t i = 0; i < plain.size();) {
    size_t length = 0;
    const std::string_view escape = html_escape(std::string_view(plain).substr(i), length);
    if (escape.empty()) {
      out += plain[i++];
    } else {
      out += escape;
      i += length;
    }
  }
}

void append_texts(std::string& out, std::span<const std::string> texts) {
  out += '[';
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_text(out, texts[i]);
  }
  out += ']';
}

net::Response error(ErrorType type, std::string_view message) {
  const ErrorShape shape = shape_of(type);
  net::Response response{shape.status, json_headers(), {}};
  if (type == ErrorType::kUnavailable) response.headers.emplace_back("Retry-After", "5");
  response.body = R"({"status":"error","errorType":")";
  response.body += shape.name;
  response.body += R"(","error":)";
  append_text(response.body, message);
  response.body += '}';
  return response;
}

net::Response error(const Error& e) { return error(type_of(e.code()), e.to_string()); }

net::Response plain_error(int status, std::string_view message) {
  net::Response response{status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(message) + "\n"};
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

net::Response finish(std::string body, const Notes& notes) {
  if (!notes.warnings.empty()) {
    body += R"(,"warnings":)";
    append_texts(body, notes.warnings);
  }
  if (!notes.infos.empty()) {
    body += R"(,"infos":)";
    append_texts(body, notes.infos);
  }
  body += '}';
  return {200, json_headers(), std::move(body)};
}

net::Response success(std::string_view data_json, const Notes& notes) {
  std::string body(kSuccess);
  body += data_json;
  return finish(std::move(body), notes);
}

}  // namespace oreum::api::prometheus
