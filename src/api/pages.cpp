// The web page and its files, out of the program itself.
#include "api/pages.h"

#include <fmt/core.h>

#include "api/assets.h"
#include "api/resources.h"
#include "net/gzip.h"
#include "net/text.h"

namespace oreum::api {

namespace {

constexpr size_t kMaxUnpacked = size_t{32} << 20;

/// The asset's bytes as this client takes them.
Status set_body(net::Response& response, const Asset& asset, const net::Request& request) {
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (asset.gzip && !net::accepts_gzip(request.header("accept-encoding").value_or(""))) {
    TRY_ASSIGN(response.body, net::gunzip(asset.bytes, kMaxUnpacked));
    return {};
  }
  if (asset.gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = asset.bytes;
  return {};
}

}  // namespace

void add_page_policy(net::Response& response) {
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
      "require-trusted-types-for 'script'; trusted-types 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

net::Response html_page(std::string_view title, std::string_view body) {
  net::Response response{200, {{"Content-Type", "text/html; charset=utf-8"}}, {}};
  response.body = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\n<meta name=\"viewport\" "
      "content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/docs.css\"></head>\n<body>{}</body></html>\n",
      escape_html(title), body);
  add_page_policy(response);
  return response;
}

Result<net::Response> serve_asset(const net::Request& request) {
  const Asset* asset = find_asset(request.path);
  if (asset == nullptr) return Error(Code::kNotFound, fmt::format("there is nothing at {}", request.path));
  net::Response response;
  response.headers.emplace_back("ETag", asset->etag);
  // What is not named by its content is asked for again each time, and answered in a few bytes: a new version shows at
  // once.
  response.headers.emplace_back("Cache-Control", asset->hashed ? "public, max-age=31536000, immutable" : "no-cache");
  add_page_policy(response);
  const std::string_view known = request.header("if-none-match").value_or("");
  if (known.find(asset->etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", asset->content_type);
  TRY(set_body(response, *asset, request));
  return response;
}

}  // namespace oreum::api
