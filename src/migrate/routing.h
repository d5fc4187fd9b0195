// Which store is the store of record: what their routing records say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrate/record.h"
#include "migrate/stores.h"
#include "storage/migratable.h"
#include "storage/store.h"

namespace oreum::migrate {

/// Whether the store may be served from. Where a switch to it was cut off after the point of no return, it is finished
/// here. kFailedPrecondition: another is the store of record; which, and how to go on or back.
Status take_role(storage::Store& store, const std::string& url, const Stores& stores);

/// The store's routing record; none where no migration ever began.
Result<std::optional<Routing>> routing_of(storage::Migratable& store);

/// What the store that becomes the store of record writes down.
std::vector<storage::Record> records_of_active(const Routing& routing, const Migration& migration);
/// What appends to a store are answered that is not the store of record.
std::string retired_text(const Side& active);

}  // namespace oreum::migrate
