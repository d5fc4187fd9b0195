// Rehearsals: a migration of a copy, by a manager of its own. What this one does about them.
#include <fmt/core.h>

#include "base/log.h"
#include "migrate/manager.h"

namespace oreum::migrate {

std::shared_ptr<Rehearsal> Manager::rehearsal() const {
  const MutexLock lock(mu_);
  return rehearsal_;
}

Status Manager::rehearse(const std::string& to) {
  const MutexLock one(begin_mu_);
  TRY(check_lead());
  {
    const MutexLock lock(mu_);
    if (migration_ && under_way(migration_->state)) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("a migration to {} is in {}: it cannot be rehearsed now",
                               without_password(migration_->other.url), name(migration_->state)));
    }
    if (rehearsal_ && rehearsal_->running()) return Error(Code::kAlreadyExists, std::string(kRehearsalRunning));
  }
  TRY_ASSIGN(const Plan plan, make_plan(planning(to, false)));
  if (!plan.obstacles.empty()) return Error(Code::kFailedPrecondition, plan.obstacles.front());
  TRY_ASSIGN(std::unique_ptr<Rehearsal> begun, Rehearsal::start({.stores = options_.stores,
                                                                 .clock = options_.clock,
                                                                 .from = *router_,
                                                                 .from_url = own_url(),
                                                                 .to = to,
                                                                 .pace = options_.rehearsal_pace}));
  const MutexLock lock(mu_);
  rehearsal_ = std::move(begun);
  return {};
}

/// What a rehearsal has left that was killed with the program.
Status Manager::tidy_up() {
  const MutexLock one(begin_mu_);
  if (router_->migratable() == nullptr || rehearsal() != nullptr) return {};
  TRY_ASSIGN(const std::optional<std::string> to, router_->migratable()->record(kRecordRehearsal));
  if (!to) return {};
  log::info("removing what is left of a rehearsal of a migration to {}", without_password(*to));
  return Rehearsal::tidy_up(*router_, own_url(), *to, options_.stores);
}

}  // namespace oreum::migrate
