// What every page of ours says to the browser.
#pragma once

#include "net/http.h"

namespace oreum::api {

/// Only our own files, no inline script or style, no frames around us.
void add_page_policy(net::Response& response);

}  // namespace oreum::api
