// The present reading as JSON members, in the words that psutil's users know. Sizes are bytes, times seconds, shares
// percent. What the machine does not say is left out.
#pragma once

#include <optional>
#include <string_view>

#include "api/current/families.h"
#include "encoding/json_writer.h"

namespace oreum::api::current {

using encoding::JsonWriter;

/// Writes members into an open object.
using Writer = void(JsonWriter& json, const Families& families);

Writer cpu;
Writer memory;
Writer swap;
Writer disk;
Writer filesystem;
Writer network;
Writer load;
Writer process;
Writer container;
Writer host;

/// A member for a family that has one value, left out where it has none.
inline void member_of(JsonWriter& json, std::string_view key, const Families& families, std::string_view family) {
  if (const std::optional<double> v = families.value(family)) json.member(key, *v);
}

}  // namespace oreum::api::current
