// Of several processes that have a store open, one leads it and migrates it; the others look what it does, and when it
// has led the store to another one, they go there, too. docs/decisions/0015-several-writers.md, 0017-going-along.md.
#include <fmt/core.h>

#include "base/log.h"
#include "migrate/manager.h"
#include "migrate/routing.h"

namespace oreum::migrate {

Status Manager::check_lead() const {
  if (router_->migratable() == nullptr) return {};
  if (role_due_) return Error(Code::kUnavailable, "the store was away when Oreum started: wait until it is back");
  return router_->migratable()->check_lead();
}

bool Manager::role_known(const std::stop_token& stop) {
  if (!role_due_) return true;
  Status role = take_role(*router_->active(), options_.url, options_.stores);
  // One that was led away before the start is gone along from, as if it had been running: samples wait for it.
  if (!role && router_->migratable()->retired()) role = {};
  if (role) role = look_up_migration();
  if (role) role = adopt_spool();
  role_due_ = !role;
  {
    const MutexLock lock(mu_);
    const std::string problem = role ? "" : role.error().to_string();
    if (!role && role.error().code() != Code::kUnavailable && problem != shown_.problem) log::error("{}", problem);
    shown_.problem = problem;
  }
  if (!role) wait(kLookPause, stop);
  return role.has_value();
}

Status Manager::look_up_migration() {
  storage::Migratable* own = router_->migratable();
  if (own == nullptr) return {};
  TRY_ASSIGN(const std::optional<std::string> text, own->record(kRecordMigration));
  if (!text) return {};
  TRY_ASSIGN(Migration found, Migration::decode(*text));
  const MutexLock lock(mu_);
  // A folder may have been moved.
  if (found.active.instance == router_->instance_id()) found.active.url = url_;
  migration_ = std::move(found);
  return {};
}

Status Manager::adopt_spool() {
  const Migration known = migration();
  if (!known.soaking || known.active.instance != router_->instance_id()) return {};
  return router_->adopt_spool(known.other.instance);
}

bool Manager::leads_store(bool& led) {
  const Status lead = check_lead();
  const bool leads = lead || lead.error().code() != Code::kFailedPrecondition;
  if (leads && led) return true;
  if (led) {
    // The process that leads opens the other store, which may take one only.
    const WriteLock nobody_looks(look_mu_);
    follower_.reset();
    other_.reset();
    const MutexLock lock(mu_);
    shown_other_.reset();
    shown_ = {};
    asked_.reset();
  }
  led = leads;
  if (const Status found = look_up_migration(); !found) {
    log::warn("migration: {}", found.error().to_string());
    led = false;  // until it is known what there is to go on with
  }
  return led;
}

milliseconds Manager::go_along() {
  const Status went = follow_routing();
  const bool unsure = !went && went.error().code() == Code::kUnavailable;
  if (!unsure) unsure_since_.reset();
  if (unsure && !unsure_since_) unsure_since_ = Monotonic::now();
  // Between two stores there is a moment in which neither is of record: who writes waits for its end.
  if (unsure && Monotonic::now() - *unsure_since_ < kMomentOfSwitch) return kLookPauseInSwitch;
  {
    const MutexLock lock(mu_);
    const std::string problem = went ? "" : went.error().to_string();
    if (!went && problem != shown_.problem) log::warn("migration: {}", problem);
    shown_.problem = problem;
  }
  // Last: who is refused a write because of it finds the reason in the status, too.
  router_->set_stuck(went ? std::nullopt : std::optional(went.error()));
  return kLookPause;
}

Status Manager::follow_routing() {
  const std::shared_ptr<storage::Store> from = router_->active();
  storage::Migratable* own = from->migratable();
  if (own == nullptr || !from->refresh() || !own->retired()) return {};  // that it is away is told by health
  TRY_ASSIGN(const std::optional<Routing> routing, routing_of(*own));
  if (!routing || routing->active.instance == from->instance_id()) return {};
  const std::string& url = routing->active.url;
  auto to = open_of_record(routing->active);
  if (!to) {
    return std::move(to).error().wrap(
        fmt::format("another Oreum has led this store to {0}, and this one cannot go along (start it with --store {0})",
                    without_password(url)));
  }
  from->redirect_spool(*to);
  (*to)->redirect_spool(nullptr);
  router_->route_to(*to);
  ++gone_along_;
  {
    const MutexLock lock(mu_);
    url_ = url;
  }
  log::warn(
      "another Oreum has led the store to {0}: this one has gone along. Name it in the configuration (store: {0})",
      without_password(url));
  return look_up_migration();
}

/// A store that is there already, never a new one: another machine's folder has the same name here.
Result<std::shared_ptr<storage::Store>> Manager::open_of_record(const Side& side) {
  std::shared_ptr<storage::Store> store = router_->left(side.instance);
  if (store == nullptr) {
    TRY_ASSIGN(const Place place, options_.stores.look(side.url));
    if (!place.there) return Error(Code::kNotFound, "no store is there, as seen from here");
    TRY_ASSIGN(store, options_.stores.open(side.url));
  }
  if (store->instance_id() != side.instance || store->migratable() == nullptr) {
    return Error(Code::kFailedPrecondition, "another store is there, as seen from here");
  }
  // Who switched may have been killed before the store heard of it: then that is finished here.
  TRY(store->refresh());
  TRY(take_role(*store, side.url, options_.stores));
  TRY(store->refresh());
  if (store->migratable()->retired()) return Error(Code::kUnavailable, "the switch to it is not finished yet");
  return store;
}

}  // namespace oreum::migrate
