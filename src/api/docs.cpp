// GET /docs: the route table to read, as a page without scripts.
#include <fmt/core.h>

#include "api/pages.h"
#include "api/resources.h"

namespace oreum::api {

namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;"
    "background:#fff}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #8886}"
    "h3{font:600 1rem ui-monospace,monospace;margin:1.5rem 0 0}"
    "h3 b{display:inline-block;min-width:3.5rem;color:#0a6}"
    "table{border-collapse:collapse;margin:.5rem 0}"
    "td{padding:.15rem 1rem .15rem 0;vertical-align:top}"
    "td:first-child{font-family:ui-monospace,monospace;white-space:nowrap}"
    "@media(prefers-color-scheme:dark){body{color:#dde;background:#14171b}a{color:#8bf}}\n";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

void write_row(std::string& out, std::string_view first, std::string_view second) {
  out += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escape(first), escape(second));
}

void write_route(std::string& out, const Route& route) {
  out += fmt::format("<h3><b>{}</b> {}</h3>\n<p>{}.</p>\n<table>\n", route.method, escape(route.path),
                     escape(route.summary));
  for (const Parameter& p : route.parameters) {
    std::string text(p.description);
    if (p.required) text += " Required.";
    if (!p.one_of.empty()) text += " One of";
    for (const std::string_view value : p.one_of) text += fmt::format(" {}", value);
    write_row(out, p.name, text);
  }
  for (const ResponseDoc& response : route.responses) {
    write_row(out, std::to_string(response.status), response.description);
  }
  out += "</table>\n";
}

std::string page(const Routes& routes) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Oreum: the API</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/docs.css\"></head>\n"
      "<body><h1>The API of Oreum</h1>\n<p>For programs: <a href=\"/openapi.json\">openapi.json</a>. Errors are "
      "problem+json (RFC 9457).</p>\n";
  std::string_view tag;
  for (const Route& route : routes) {
    if (route.tag != tag) out += fmt::format("<h2>{}</h2>\n", escape(route.tag));
    tag = route.tag;
    write_route(out, route);
  }
  return out + "</body></html>\n";
}

}  // namespace

CallHandler make_docs(const Routes& routes) {
  return [&routes](const Call&) -> Result<net::Response> {
    net::Response response{200, {{"Content-Type", "text/html; charset=utf-8"}}, page(routes)};
    add_page_policy(response);
    return response;
  };
}

CallHandler make_docs_style() {
  return [](const Call&) -> Result<net::Response> {
    return net::Response{
        200, {{"Content-Type", "text/css; charset=utf-8"}, {"Cache-Control", "no-cache"}}, std::string(kStyle)};
  };
}

}  // namespace oreum::api
