// Prometheus remote write 2.0: a snappy block around an io.prometheus.write.v2.Request, whose texts are in one table.
#pragma once

#include <string_view>

#include "encoding/remote_write.h"

namespace oreum::encoding {

/// The rules for labels and the errors are those of remote write 1.0. Metadata comes with the series.
Result<RemoteWrite> decode_remote_write2(std::string_view body, const RemoteWriteLimits& limits = {});

}  // namespace oreum::encoding
