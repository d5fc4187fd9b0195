// GET /openapi.json: the route table as OpenAPI 3.1.
#include <map>

#include "api/resources.h"
#include "encoding/json_writer.h"

namespace oreum::api {

namespace {

using encoding::JsonWriter;

void write_parameter(JsonWriter& json, const Parameter& parameter) {
  json.begin_object().member("name", parameter.name).member("in", parameter.in);
  json.member("description", parameter.description).member("required", parameter.required);
  json.key("schema").begin_object().member("type", "string");
  if (!parameter.one_of.empty()) {
    json.key("enum").begin_array();
    for (const std::string_view value : parameter.one_of) json.value(value);
    json.end_array();
  }
  json.end_object().end_object();
}

void write_content(JsonWriter& json, std::string_view content_type) {
  json.key("content").begin_object().key(content_type).begin_object().end_object().end_object();
}

void write_route(JsonWriter& json, const Route& route) {
  json.begin_object().key("tags").begin_array().value(route.tag).end_array().member("summary", route.summary);
  if (!route.parameters.empty()) {
    json.key("parameters").begin_array();
    for (const Parameter& parameter : route.parameters) write_parameter(json, parameter);
    json.end_array();
  }
  if (!route.request_content_type.empty()) {
    json.key("requestBody").begin_object().member("required", true);
    write_content(json, route.request_content_type);
    json.end_object();
  }
  json.key("responses").begin_object();
  for (const ResponseDoc& response : route.responses) {
    json.key(std::to_string(response.status)).begin_object().member("description", response.description);
    if (!response.content_type.empty()) write_content(json, response.content_type);
    json.end_object();
  }
  json.end_object().end_object();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  return out;
}

std::string describe(const Routes& routes, const Services& services) {
  std::map<std::string_view, std::vector<const Route*>> by_path;
  for (const Route& route : routes) by_path[route.path].push_back(&route);
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("openapi", "3.1.0");
  json.key("info").begin_object().member("title", "Oreum").member("version", services.version);
  json.member("summary", "What this machine does, now and before").end_object();
  json.key("paths").begin_object();
  for (const auto& [path, at_path] : by_path) {
    json.key(path).begin_object();
    for (const Route* route : at_path) {
      json.key(lower(route->method));
      write_route(json, *route);
    }
    json.end_object();
  }
  json.end_object().end_object();
  return body;
}

}  // namespace

CallHandler make_openapi(const Routes& routes, const Services& services) {
  return
      [&routes, &services](const Call&) -> Result<net::Response> { return json_response(describe(routes, services)); };
}

}  // namespace oreum::api
