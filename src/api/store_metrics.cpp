#include "api/store_metrics.h"

#include <array>

namespace oreum::api {

namespace {

using model::MetricDesc;
using model::MetricType;
using storage::StoreStats;

struct Figure {
  MetricDesc desc;
  uint64_t StoreStats::* field;
};

constexpr auto kFigures = std::to_array<Figure>({
    {{"oreum_store_series", "Series in the store.", MetricType::kGauge}, &StoreStats::series},
    {{"oreum_store_samples", "Samples in the store.", MetricType::kGauge}, &StoreStats::samples},
    {{"oreum_store_rollup_samples", "Buckets of a minute or an hour in rollups.", MetricType::kGauge},
     &StoreStats::rollup_samples},
    {{"oreum_store_head_samples", "Samples in open chunks.", MetricType::kGauge}, &StoreStats::head_samples},
    {{"oreum_store_packs", "Packs of sealed chunks.", MetricType::kGauge}, &StoreStats::packs},
    {{"oreum_store_journal_rows", "Batches that are in the journal only.", MetricType::kGauge},
     &StoreStats::journal_rows},
    {{"oreum_store_disk_bytes", "Bytes the store takes on disk.", MetricType::kGauge}, &StoreStats::disk_bytes},
    {{"oreum_store_appended_samples_total", "Samples stored.", MetricType::kCounter}, &StoreStats::appended},
    {{"oreum_store_duplicate_samples_total", "Samples that were there already.", MetricType::kCounter},
     &StoreStats::duplicates},
    {{"oreum_store_conflicts_total", "Samples refused because another value was there.", MetricType::kCounter},
     &StoreStats::conflicts},
    {{"oreum_store_rejected_samples_total", "Samples refused because of a limit of series.", MetricType::kCounter},
     &StoreStats::rejected},
    {{"oreum_store_seals_total", "Times open chunks were written out.", MetricType::kCounter}, &StoreStats::seals},
    {{"oreum_store_compactions_total", "Times packs were put together.", MetricType::kCounter},
     &StoreStats::compactions},
    {{"oreum_store_rollups_total", "Days of which rollups were made.", MetricType::kCounter}, &StoreStats::rolled_days},
    {{"oreum_store_deleted_samples_total", "Samples deleted by retention.", MetricType::kCounter},
     &StoreStats::deleted_samples},
    {{"oreum_store_other_writers", "Other processes that have the store open.", MetricType::kGauge},
     &StoreStats::others},
    {{"oreum_store_foreign_samples_total", "Samples taken in that other processes stored.", MetricType::kCounter},
     &StoreStats::foreign_samples},
    {{"oreum_store_catch_ups_total", "Appends decided again because another process was faster.", MetricType::kCounter},
     &StoreStats::catch_ups},
    {{"oreum_store_take_overs_total", "Times this process took the lead of the store over.", MetricType::kCounter},
     &StoreStats::take_overs},
});

struct SpoolFigure {
  MetricDesc desc;
  uint64_t storage::SpoolStats::* field;
};

constexpr auto kSpoolFigures = std::to_array<SpoolFigure>({
    {{"oreum_spool_samples", "Samples that wait on the local disk for the database, about.", MetricType::kGauge},
     &storage::SpoolStats::samples},
    {{"oreum_spool_bytes", "Bytes they take.", MetricType::kGauge}, &storage::SpoolStats::bytes},
    {{"oreum_spool_limit_bytes", "Bytes that may wait.", MetricType::kGauge}, &storage::SpoolStats::limit},
    {{"oreum_spool_spooled_samples_total", "Samples that went to the spool.", MetricType::kCounter},
     &storage::SpoolStats::spooled},
    {{"oreum_spool_drained_samples_total", "Samples that went from the spool to the database.", MetricType::kCounter},
     &storage::SpoolStats::drained},
    {{"oreum_spool_refused_samples_total", "Samples from the spool that the database refused.", MetricType::kCounter},
     &storage::SpoolStats::refused},
});

constexpr MetricDesc kLeader{"oreum_store_leader", "1 where this process leads the store: seals, compacts and deletes.",
                             MetricType::kGauge};

}  // namespace

void append_store_metrics(OwnMetrics& out, const storage::Store& store) {
  const StoreStats stats = store.stats();
  for (const Figure& figure : kFigures) add_metric(out, figure.desc, static_cast<double>(stats.*figure.field));
  add_metric(out, kLeader, stats.leads ? 1 : 0);
  const std::optional<storage::SpoolStats> spool = store.spool();
  if (!spool) return;
  for (const SpoolFigure& figure : kSpoolFigures) {
    add_metric(out, figure.desc, static_cast<double>((*spool).*figure.field));
  }
}

}  // namespace oreum::api
