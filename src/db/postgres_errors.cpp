#include "db/postgres_errors.h"

#include <utility>

namespace oreum::db {

Code code_of_state(std::string_view state) {
  // The longest beginning comes first. Classes: PostgreSQL's documentation, appendix A.
  constexpr std::pair<std::string_view, Code> kCodes[] = {
      {"25006", Code::kUnavailable},  // a standby: the writing server is elsewhere, or on its way
      {"3D000", Code::kNotFound},     // no such database
      {"42501", Code::kPermissionDenied}, {"57014", Code::kDeadlineExceeded},
      {"55P03", Code::kUnavailable},  // a lock is held
      {"58030", Code::kUnavailable},  // an I/O error
      {"08", Code::kUnavailable},         {"23", Code::kConflict},
      {"28", Code::kPermissionDenied},    {"40", Code::kUnavailable},  // serialization, deadlock: try again
      {"53", Code::kResourceExhausted},   {"54", Code::kInvalidArgument},
      {"57", Code::kUnavailable},  // shutting down, starting up, crashed
      {"XX001", Code::kDataLoss},         {"XX002", Code::kDataLoss},
  };
  for (const auto& [begin, code] : kCodes) {
    if (state.starts_with(begin)) return code;
  }
  return Code::kInternal;
}

Code code_of_connecting(std::string_view message) {
  constexpr std::pair<std::string_view, Code> kCodes[] = {
      {"authentication failed", Code::kPermissionDenied},
      {"no password supplied", Code::kPermissionDenied},
      {"no pg_hba.conf entry", Code::kPermissionDenied},
      {"permission denied for database", Code::kPermissionDenied},
      {"is not permitted to log in", Code::kPermissionDenied},
      {"too many clients", Code::kResourceExhausted},
      {"too many connections", Code::kResourceExhausted},
      {"remaining connection slots", Code::kResourceExhausted},
  };
  for (const auto& [part, code] : kCodes) {
    if (message.find(part) != std::string_view::npos) return code;
  }
  // role "x" does not exist, database "x" does not exist
  if (message.find("does not exist") != std::string_view::npos) {
    return message.find("role \"") != std::string_view::npos ? Code::kPermissionDenied : Code::kNotFound;
  }
  return Code::kUnavailable;
}

std::string_view advice(Code code) {
  switch (code) {
    case Code::kResourceExhausted:
      return " (the server is full: free disk space or connections there; nothing that was acknowledged is lost)";
    case Code::kPermissionDenied:
      return " (check the user and its password in the address, pg_hba.conf, and the rights that "
             "deploy/level2/postgres/roles.sql gives)";
    case Code::kNotFound: return " (make the database first: CREATE DATABASE, or createdb)";
    case Code::kDataLoss: return " (the database is damaged: restore a backup)";
    default: return "";
  }
}

}  // namespace oreum::db
