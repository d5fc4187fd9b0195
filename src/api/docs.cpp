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
    "td{unicode-bidi:isolate}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "meter{width:8rem}"
    "@media(prefers-color-scheme:dark){body{color:#dde;background:#14171b}a{color:#8bf}}\n";

void write_row(std::string& out, std::string_view first, std::string_view second) {
  out += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escape_html(first), escape_html(second));
}

void write_route(std::string& out, const Route& route) {
  out += fmt::format("<h3><b>{}</b> {}</h3>\n<p>{}.</p>\n<table>\n", route.method, escape_html(route.path),
                     escape_html(route.summary));
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

std::string text_of(const Routes& routes) {
  std::string out =
      "<h1>The API of Oreum</h1>\n<p>For programs: <a href=\"/openapi.json\">openapi.json</a>. Errors are problem+json "
      "(RFC 9457).</p>\n";
  std::string_view tag;
  for (const Route& route : routes) {
    if (route.tag != tag) out += fmt::format("<h2>{}</h2>\n", escape_html(route.tag));
    tag = route.tag;
    write_route(out, route);
  }
  return out;
}

}  // namespace

CallHandler make_docs(const Routes& routes) {
  return [&routes](const Call&) -> Result<net::Response> { return html_page("Oreum: the API", text_of(routes)); };
}

CallHandler make_docs_style() {
  return [](const Call&) -> Result<net::Response> {
    return net::Response{
        200, {{"Content-Type", "text/css; charset=utf-8"}, {"Cache-Control", "no-cache"}}, std::string(kStyle)};
  };
}

}  // namespace oreum::api
