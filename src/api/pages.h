// What every page of ours says to the browser.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace oreum::api {

/// Only our own files, no inline script or style, no frames around us.
void add_page_policy(net::Response& response);

/// Text as HTML shows it, whatever is in it.
std::string escape_html(std::string_view text);
/// A page without scripts, in the style of /docs. `body` is HTML.
net::Response html_page(std::string_view title, std::string_view body);

}  // namespace oreum::api
