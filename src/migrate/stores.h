// Where migrations get stores from: by URL, given by whoever composes the program.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/store.h"

namespace oreum::migrate {

/// What is behind a URL, learnt without changing anything.
struct Place {
  bool there = false;                  // a store; else one would be made
  std::optional<uint64_t> free_bytes;  // room, where it can be told
  std::string instance{};              // of the store, where it can be told without opening it
  std::optional<TimestampMs> clock{};  // of the machine it is on, where that may be another
};

/// Functions are called on any thread.
struct Stores {
  /// Opens the store, making it when there is none.
  std::function<Result<std::unique_ptr<storage::Store>>(const std::string& url)> open;
  /// kInvalidArgument: no URL of a store. kUnavailable, kPermissionDenied …: why it cannot be used.
  std::function<Result<Place>(const std::string& url)> look;
  /// How long it takes to write so many bytes there; leaves nothing.
  std::function<Result<milliseconds>(const std::string& url, uint64_t bytes)> try_writing;
  /// Beside a store, a place for a copy that is soon removed.
  std::function<Result<std::string>(const std::string& url)> scratch;
  /// Copies all of a store, while it works, to where none is yet. kUnimplemented: by reading it only.
  std::function<Status(storage::Store& from, const std::string& url)> copy;
  /// Deletes the store, which is not open. Only ever called for one that a migration made.
  std::function<Status(const std::string& url)> remove;
};

}  // namespace oreum::migrate
