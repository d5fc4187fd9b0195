// What writer and reader of tokens share.
#pragma once

#include <cstddef>

namespace oreum::encoding::column {

/// From so many tokens on they lie in four lanes, which a reader follows at once: one lane alone waits for itself.
inline constexpr size_t kLaneTokens = 384;

/// Tokens of the first three lanes each; the fourth has the rest.
inline constexpr size_t lane_tokens(size_t count) { return (count + 3) / 4; }

}  // namespace oreum::encoding::column
