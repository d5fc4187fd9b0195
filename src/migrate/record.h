// What a migration writes down, as small JSON texts in the records of both stores. docs/decisions/0014-migration.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "migrate/state.h"

namespace oreum::migrate {

inline constexpr std::string_view kRecordMigration = "migration";
inline constexpr std::string_view kRecordRouting = "routing";
inline constexpr std::string_view kRecordStream = "stream";
/// In a store that a migration made: the instance it was made for. Only such a store is ever deleted.
inline constexpr std::string_view kRecordMadeFor = "made_for";

/// One of the two stores.
struct Side {
  std::string url;
  std::string instance;
  bool operator==(const Side&) const = default;
};

/// A state that was entered.
struct Step {
  State state = State::kPlanned;
  TimestampMs at;
  bool operator==(const Step&) const = default;
};

/// The migration itself, in the store of record; after a switch in both.
struct Migration {
  std::string id;  // 128 random bits
  State state = State::kPlanned;
  Side active;           // the store of record
  Side other;            // the one that follows
  bool soaking = false;  // switched at least once
  uint64_t switches = 0;
  int64_t epoch = 1;  // raised with each switch
  TimestampMs started;
  TimestampMs switched;           // the last time
  int64_t stalled_ms = 0;         // how long writes waited at the last switch
  uint64_t verified_samples = 0;  // of the last whole comparison
  TimestampMs verified;           // when; 0: never
  uint64_t repaired = 0;          // series of a window, and windows of rollups, that were copied again
  std::vector<Step> steps;        // oldest first; the middle of very many is left out
  bool operator==(const Migration&) const = default;

  void enter(State to, TimestampMs now);

  std::string encode() const;
  static Result<Migration> decode(std::string_view text);
};

/// Who is the store of record. Only that store writes it for itself, in one transaction: the point of no return.
struct Routing {
  int64_t epoch = 1;
  Side active;
  bool operator==(const Routing&) const = default;

  std::string encode() const;
  static Result<Routing> decode(std::string_view text);
};

/// How far the store that follows has come; committed together with what it says.
struct Stream {
  std::string id;            // of the migration
  uint64_t series = 0;       // of the source's list
  int64_t unit = INT64_MIN;  // the last one that is here
  uint64_t units = 0;
  uint64_t samples = 0;  // in units and rows
  uint64_t bytes = 0;    // of units
  uint64_t digest = 0;   // sum of the raw units'
  int64_t journal = -1;  // position in the other's journal; −1: not known yet
  uint64_t conflicts = 0;
  std::string first_conflict;
  bool operator==(const Stream&) const = default;

  std::string encode() const;
  static Result<Stream> decode(std::string_view text);
};

using oreum::without_password;

}  // namespace oreum::migrate
