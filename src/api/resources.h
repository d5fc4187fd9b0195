// The handlers that routes.cpp puts into the table, one file each.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/own_metrics.h"
#include "api/route.h"
#include "api/services.h"
#include "net/http.h"

namespace oreum::api {

// Services outlive the handlers.
CallHandler make_health(const Services& services);
CallHandler make_ready(const Services& services);
CallHandler make_metrics_text(const Services& services, std::function<void(OwnMetrics&)> own);
CallHandler make_metric_types();
CallHandler make_metrics(const Services& services);  // the present reading, or with parameters the history
CallHandler make_backup_list(const Services& services);
CallHandler make_backup_start(const Services& services);
CallHandler make_migration_status(const Services& services);
CallHandler make_migration_plan(const Services& services);
CallHandler make_migration_start(const Services& services);
CallHandler make_migration_action(const Services& services);
CallHandler make_instances(const Services& services);
StreamHandler make_export(const Services& services, std::function<void(OwnMetrics&)> own);
CallHandler make_openapi(const Routes& routes, const Services& services);
CallHandler make_docs(const Routes& routes);
CallHandler make_docs_style();
CallHandler make_cardinality(const Services& services);
CallHandler make_cardinality_page(const Services& services);

/// A file of the web page; kNotFound when there is none of that path.
Result<net::Response> serve_asset(const net::Request& request);

inline net::Response json_response(std::string body) {
  return {200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

}  // namespace oreum::api
