// What `oreum migrate` prints.
#pragma once

#include <string>

#include <boost/json/object.hpp>

namespace oreum::cli {

/// Of GET /api/v1/migrations, several lines.
std::string migration_text(const boost::json::object& status);
/// Of GET /api/v1/migrations/plan, several lines.
std::string plan_text(const boost::json::object& plan);
/// The same, state by state.
std::string report_text(const boost::json::object& status);
/// Of `rehearsal` of GET /api/v1/migrations, several lines.
std::string rehearsal_text(const boost::json::object& rehearsal);
/// One line while it works.
std::string progress_line(const boost::json::object& status);
std::string rehearsal_line(const boost::json::object& rehearsal);

}  // namespace oreum::cli
