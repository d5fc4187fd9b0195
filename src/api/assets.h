// The web page's files, embedded at build time from web/ by cmake/OreumEmbed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace oreum::api {

/// One file of the page. Lives as long as the program.
struct Asset {
  std::string_view path;          // "/app.js"; index.html is "/"
  std::string_view content_type;  // "text/javascript; charset=utf-8"
  std::string_view etag;          // quoted, made from the content
  std::string_view bytes;
  bool gzip;  // bytes are gzip; false where that would not be smaller
};

/// Null when there is no such file. The path is a request's, percent-decoded.
const Asset* find_asset(std::string_view path);

std::span<const Asset> all_assets();

}  // namespace oreum::api
