// What writer and reader of tokens share.
#pragma once

#include <cstddef>

namespace oreum::encoding::column {

/// From so many tokens on they lie in four lanes, which a reader follows at once: one lane alone waits for itself.
inline constexpr size_t kLaneTokens = 384;

/// How many tokens of `count` a lane has: they are dealt out in turn.
inline constexpr size_t lane_tokens(size_t count, size_t lane) { return (count + 3 - lane) / 4; }

}  // namespace oreum::encoding::column
