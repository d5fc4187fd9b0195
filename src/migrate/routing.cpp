#include "migrate/routing.h"

#include <fmt/core.h>

#include "base/log.h"

namespace oreum::migrate {

namespace {

Error not_of_record(const std::string& url, const Routing& routing, const std::string& more) {
  const std::string other = without_password(routing.active.url);
  return {
      Code::kFailedPrecondition,
      fmt::format("{0} is not the store of record: {1} is. Go on with: --store {1}. To come back to {0}: start with "
                  "--store {1}, then oreum migrate reverse{2}",
                  without_password(url), other, more)};
}

}  // namespace

Result<std::optional<Routing>> routing_of(storage::Migratable& store) {
  TRY_ASSIGN(const std::optional<std::string> text, store.record(kRecordRouting));
  if (!text) return std::optional<Routing>();
  TRY_ASSIGN(Routing routing, Routing::decode(*text));
  return std::optional(std::move(routing));
}

std::string retired_text(const Side& active) {
  return fmt::format("this store is not the store of record: {} is", without_password(active.url));
}

std::vector<storage::Record> records_of_active(const Routing& routing, const Migration& migration) {
  return {
      {std::string(kRecordRouting), routing.encode()},      {std::string(kRecordMigration), migration.encode()},
      {std::string(kRecordStream), std::nullopt},           {std::string(kRecordMadeFor), std::nullopt},
      {std::string(storage::kRecordRetired), std::nullopt}, {std::string(storage::kRecordPaused), std::nullopt},
  };
}

Status take_role(storage::Store& store, const std::string& url, const Stores& stores) {
  if (store.migratable() == nullptr) return {};
  TRY_ASSIGN(const auto own, routing_of(*store.migratable()));
  if (!own || own->active.instance == store.instance_id()) return {};
  const auto other = stores.open(own->active.url);
  if (!other) {
    return not_of_record(
        url, *own,
        fmt::format(" ({} cannot be looked at now: {})", without_password(own->active.url), other.error().to_string()));
  }
  if ((*other)->instance_id() != own->active.instance || (*other)->migratable() == nullptr) {
    return not_of_record(url, *own,
                         fmt::format(" (but another store is at {} now)", without_password(own->active.url)));
  }
  TRY_ASSIGN(const auto theirs, routing_of(*(*other)->migratable()));
  if (!theirs || theirs->active.instance != store.instance_id() || theirs->epoch <= own->epoch) {
    return not_of_record(url, *own, "");
  }
  // The other one handed over, and was killed before this one heard of it.
  TRY_ASSIGN(const std::optional<std::string> text, (*other)->migratable()->record(kRecordMigration));
  if (!text) return Error(Code::kDataLoss, "the store that handed over has no record of the migration");
  TRY_ASSIGN(const Migration migration, Migration::decode(*text));
  Status finished = store.migratable()->put_records(records_of_active(*theirs, migration));
  if (!finished && finished.error().code() == Code::kFailedPrecondition) {
    // Another process leads that store: it is alive, and at it.
    return Error(Code::kUnavailable, "the switch is not finished yet", std::move(finished).error());
  }
  if (finished) {
    log::info("{} took over from {}: the switch is finished", without_password(url), without_password(own->active.url));
  }
  return finished;
}

}  // namespace oreum::migrate
