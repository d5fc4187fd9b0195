// The handlers of Prometheus' API that routes.cpp puts into the table, one file each. They answer Prometheus' errors
// themselves; an Error that they return becomes one, too, by its code.
#pragma once

#include <functional>

#include "api/prometheus/metadata_store.h"
#include "api/prometheus/pushers.h"
#include "api/prometheus/queries.h"
#include "api/route.h"
#include "api/services.h"

namespace oreum::api::prometheus {

using OwnMetricsSource = std::function<void(OwnMetrics&)>;

// What they are given by reference outlives the handlers.
CallHandler make_query(const Services& services, Queries& queries);
/// Of instant queries.
QuickHandler make_query_at_hand(const Services& services, Queries& queries);
CallHandler make_query_range(const Services& services, Queries& queries);
CallHandler make_active_queries(const Queries& queries);
CallHandler make_series(const Services& services);
CallHandler make_labels(const Services& services);
CallHandler make_label_values(const Services& services);
CallHandler make_format_query();
CallHandler make_parse_query();
CallHandler make_query_exemplars();
CallHandler make_metadata(const Services& services, const MetadataStore& pushed, OwnMetricsSource own_metrics);
CallHandler make_targets(const Services& services, const Pushers& pushers);
CallHandler make_scrape_pools(const Services& services, const Pushers& pushers);
CallHandler make_rules();
CallHandler make_alerts();
CallHandler make_alertmanagers();
CallHandler make_build_info(const Services& services);
CallHandler make_runtime_info(const Services& services);
CallHandler make_config(const Services& services);
CallHandler make_flags(const Services& services);
CallHandler make_tsdb_status(const Services& services);
CallHandler make_wal_replay();
CallHandler make_features(const Services& services);
CallHandler make_write(const Services& services, MetadataStore& metadata, Pushers& pushers);
StreamHandler make_read(const Services& services);
CallHandler make_federate(const Services& services);
CallHandler make_otlp(const Services& services, MetadataStore& metadata, Pushers& pushers);
CallHandler make_delete_series(const Services& services);
CallHandler make_snapshot(const Services& services);
CallHandler make_clean_tombstones(const Services& services);

}  // namespace oreum::api::prometheus
