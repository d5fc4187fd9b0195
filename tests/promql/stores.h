// The stores that scripts are replayed over.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "promql/script.h"
#include "storage/queryable.h"

namespace oreum::test {

/// An empty store that loads fill.
class ScriptStore {
 public:
  virtual ~ScriptStore() = default;
  virtual Status add(const Load& load) = 0;
  virtual const storage::Queryable& queryable() const = 0;
};

struct StoreKind {
  std::string_view name;
  Result<std::unique_ptr<ScriptStore>> (*open)();
};

/// In memory; and in SQLite with three samples a chunk, with ordinary chunks, and with all of it still in the head.
std::span<const StoreKind> store_kinds();

}  // namespace oreum::test
