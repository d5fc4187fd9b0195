// One line of the route table: from it come the routing, /openapi.json, /docs and the labels of http_requests_total.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"

namespace oreum::api {

/// On the io thread, for what never blocks; or on a thread of a pool.
enum class Where {
  kInline,
  kInlineWithoutParameters,  // with query parameters: the query pool
  kQuery,
  kIngest,
  kExport,  // may take hours, at its reader's pace
};

struct Call {
  const net::Request& request;
  std::string_view arg;  // what stands for the {…} of the path
  Deadline deadline;
};

/// An answer that takes microseconds, or none.
using QuickHandler = std::function<std::optional<net::Response>(const Call& call)>;
/// Answers; an Error becomes problem+json.
using CallHandler = std::function<Result<net::Response>(const Call& call)>;
/// Takes the responder where it goes on answering; an Error leaves the responder to the caller.
using StreamHandler = std::function<Status(const Call& call, std::unique_ptr<net::Responder>& responder)>;

struct Parameter {
  std::string_view name;
  std::string_view in;  // "path" or "query"
  std::string_view description;
  bool required = false;
  std::vector<std::string_view> one_of = {};  // the values there are; empty: any
};

struct ResponseDoc {
  int status;
  std::string_view description;
  std::string_view content_type = {};
};

struct Route {
  std::string_view method;
  std::string_view path;  // at most one segment is a {parameter}
  Where where;
  std::string_view tag;  // groups routes in the docs
  std::string_view summary;
  std::vector<Parameter> parameters;
  std::vector<ResponseDoc> responses;
  CallHandler handler;
  StreamHandler stream = {};  // instead of handler
  std::string_view request_content_type = {};
  QuickHandler at_hand = {};  // tried first, on the io thread: what it does not answer goes where others go
  bool prometheus = false;    // its errors have the shape of Prometheus' API
};

using Routes = std::vector<Route>;

}  // namespace oreum::api
