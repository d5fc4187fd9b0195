// Fault points: named places where a test can make this program fail, stop, or be killed.
//
//   TRY(fault::point("storage.seal.before_commit"));
//
// Off, a point costs one relaxed load. Tests of the real binary switch one on by
//   OREUM_FAULT=storage.seal.before_commit:kill@3      (kill -9 at the third passing)
//   OREUM_FAULT=storage.append.before_commit:error@1   (that passing answers kUnavailable)
#pragma once

#include <atomic>
#include <string_view>

#include "base/result.h"

namespace oreum::fault {

enum class Action { kError, kKill };

namespace detail {
extern std::atomic<bool> armed;
Status hit(std::string_view name);
}  // namespace detail

/// Passes, or fails as armed. Thread-safe.
inline Status point(std::string_view name) {
  if (!detail::armed.load(std::memory_order_relaxed)) [[likely]]
    return {};
  return detail::hit(name);
}

/// Arms one point for its nth passing (1-based); name "*" counts every point together. Tests only.
void arm(std::string_view name, Action action, int nth);
void disarm();
/// Whether the armed fault has struck.
bool struck();

/// Arms from "name:action@n". kInvalidArgument tells the form.
Status arm_from(std::string_view spec);

}  // namespace oreum::fault
