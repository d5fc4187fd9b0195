// GET /api/v1/rules, /api/v1/alerts, /api/v1/alertmanagers: there are no rules here, in the right shape.
#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/form.h"

namespace oreum::api::prometheus {

CallHandler make_rules() {
  return [](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    const std::string_view type = form.get("type");
    if (!type.empty() && type != "alert" && type != "record") {
      return invalid_parameter("type", fmt::format("not supported value {}", go_quoted(type)));
    }
    return success(R"({"groups":[]})");
  };
}

CallHandler make_alerts() {
  return [](const Call&) -> Result<net::Response> { return success(R"({"alerts":[]})"); };
}

CallHandler make_alertmanagers() {
  return [](const Call&) -> Result<net::Response> {
    return success(R"({"activeAlertmanagers":[],"droppedAlertmanagers":[]})");
  };
}

}  // namespace oreum::api::prometheus
