// The dashboard's files, built from web/ and embedded by cmake/OreumEmbed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace oreum::api {

/// One file of the page. Lives as long as the program.
struct Asset {
  std::string_view path;          // "/assets/index-CI8ZYOxr.js"; index.html is "/"
  std::string_view content_type;  // "text/javascript; charset=utf-8"
  std::string_view etag;          // quoted, made from the content
  std::string_view bytes;
  bool gzip;    // bytes are gzip; false where that would not be smaller
  bool hashed;  // the path names the content: it may be kept for ever
};

/// Null when there is no such file. The path is a request's, percent-decoded.
const Asset* find_asset(std::string_view path);

std::span<const Asset> all_assets();

}  // namespace oreum::api
