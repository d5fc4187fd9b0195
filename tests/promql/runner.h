// Runs a script over a store.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "promql/script.h"
#include "promql/stores.h"

namespace oreum::test {

/// What is wrong, one text a failed eval ("12: sum(x): …"); empty when all is right. Each instant query is also asked
/// as the middle of a range.
std::vector<std::string> run_script(std::span<const Command> commands, const StoreKind& kind);

/// Whether two values are the same but for the last bits: what a script writes in decimals.
bool nearly_equal(double a, double b);

}  // namespace oreum::test
