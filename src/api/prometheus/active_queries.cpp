// GET /api/v1/status/queries: the queries that run now. Oreum's own; Prometheus logs them to a file only.
#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "encoding/json_writer.h"

namespace oreum::api::prometheus {

CallHandler make_active_queries(const Queries& queries) {
  return [&queries](const Call&) -> Result<net::Response> {
    std::string body(kSuccess);
    encoding::JsonWriter json(body);
    json.begin_object().key("queries").begin_array();
    for (const Queries::Active& query : queries.active()) {
      json.begin_object().member("id", query.id).member("query", query.text).member("client", query.client);
      json.member("started", format_rfc3339(query.started));
      json.member("seconds", std::chrono::duration<double>(query.age).count()).end_object();
    }
    json.end_array().end_object();
    return finish(std::move(body));
  };
}

}  // namespace oreum::api::prometheus
