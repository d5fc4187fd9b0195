#include "base/fault.h"

#include <charconv>
#include <csignal>
#include <string>

#include <fmt/core.h>
#include <unistd.h>

#include "base/mutex.h"

namespace oreum::fault {

namespace detail {
std::atomic<bool> armed{false};
}

namespace {

struct Armed {
  Mutex mu;
  std::string name GUARDED_BY(mu);
  Action action GUARDED_BY(mu) = Action::kError;
  int left GUARDED_BY(mu) = 0;
  bool struck GUARDED_BY(mu) = false;
};

Armed& armed_point() {
  static Armed it;
  return it;
}

}  // namespace

Status detail::hit(std::string_view name) {
  Armed& a = armed_point();
  const MutexLock lock(a.mu);
  if (a.struck || (a.name != "*" && a.name != name)) return {};
  if (--a.left > 0) return {};
  a.struck = true;
  if (a.action == Action::kKill) {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  return Error(Code::kUnavailable, fmt::format("fault injected at {}", name));
}

void arm(std::string_view name, Action action, int nth) {
  Armed& a = armed_point();
  const MutexLock lock(a.mu);
  a.name = name;
  a.action = action;
  a.left = nth;
  a.struck = false;
  detail::armed = true;
}

void disarm() { detail::armed = false; }

bool struck() {
  Armed& a = armed_point();
  const MutexLock lock(a.mu);
  return a.struck;
}

Status arm_from(std::string_view spec) {
  const Error bad(Code::kInvalidArgument,
                  fmt::format("fault \"{}\": expected NAME:kill@N or NAME:error@N with N from 1", spec));
  const size_t colon = spec.find(':');
  const size_t at = spec.find('@');
  if (colon == std::string_view::npos || at == std::string_view::npos || at < colon) return bad;
  const std::string_view action = spec.substr(colon + 1, at - colon - 1);
  int nth = 0;
  const auto parsed = std::from_chars(spec.data() + at + 1, spec.data() + spec.size(), nth);
  if (parsed.ec != std::errc() || parsed.ptr != spec.data() + spec.size() || nth < 1) return bad;
  if (action != "kill" && action != "error") return bad;
  arm(spec.substr(0, colon), action == "kill" ? Action::kKill : Action::kError, nth);
  return {};
}

}  // namespace oreum::fault
