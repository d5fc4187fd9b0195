#include "api/migration_metrics.h"

#include <array>

namespace oreum::api {

namespace {

using migrate::MigrationStatus;
using model::MetricDesc;
using model::MetricType;

constexpr MetricDesc kState{"oreum_migration_state", "1 for the state that the migration is in.", MetricType::kGauge};

struct Figure {
  MetricDesc desc;
  double (*of)(const MigrationStatus&);
};

constexpr double kMs = 1000;

constexpr auto kFigures = std::to_array<Figure>({
    {{"oreum_migration_blocked", "1 while something keeps the migration from going on.", MetricType::kGauge},
     [](const MigrationStatus& s) { return s.problem.empty() ? 0.0 : 1.0; }},
    {{"oreum_migration_units", "Packs to be copied.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.all_units); }},
    {{"oreum_migration_copied_units", "Packs copied.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.stream.units); }},
    {{"oreum_migration_bytes", "Bytes of the packs to be copied.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.all_bytes); }},
    {{"oreum_migration_copied_bytes", "Bytes of the packs copied.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.stream.bytes); }},
    {{"oreum_migration_copied_samples", "Samples copied, by packs and by the journal.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.stream.samples); }},
    {{"oreum_migration_lag_rows", "Journal rows the other store does not have yet.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.lag_rows); }},
    {{"oreum_migration_verified_samples", "Samples the last comparison found the same in both stores.",
      MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.migration->verified_samples); }},
    {{"oreum_migration_repaired_total", "Series of a day, and windows of rollups, that differed and were copied again.",
      MetricType::kCounter},
     [](const MigrationStatus& s) { return static_cast<double>(s.migration->repaired); }},
    {{"oreum_migration_conflicts", "Samples that contradict what the other store holds.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.stream.conflicts); }},
    {{"oreum_migration_canary_reads_total", "Reads asked of both stores.", MetricType::kCounter},
     [](const MigrationStatus& s) { return static_cast<double>(s.canary.reads); }},
    {{"oreum_migration_canary_mismatches_total", "Series that differed between the stores in reads asked of both.",
      MetricType::kCounter},
     [](const MigrationStatus& s) { return static_cast<double>(s.canary.mismatches); }},
    {{"oreum_migration_switches_total", "Switches between the stores, forward and back.", MetricType::kCounter},
     [](const MigrationStatus& s) { return static_cast<double>(s.migration->switches); }},
    {{"oreum_migration_switch_stall_seconds", "How long writes waited at the last switch.", MetricType::kGauge},
     [](const MigrationStatus& s) { return static_cast<double>(s.migration->stalled_ms) / kMs; }},
    {{"oreum_migration_gone_along_total", "Switches led by another Oreum that this one went along with.",
      MetricType::kCounter},
     [](const MigrationStatus& s) { return static_cast<double>(s.gone_along); }},
    {{"oreum_migration_commands_total", "Commands done or refused.", MetricType::kCounter},
     [](const MigrationStatus& s) { return static_cast<double>(s.commands); }},
});

}  // namespace

void append_migration_metrics(OwnMetrics& out, const migrate::Manager& migrations) {
  const MigrationStatus status = migrations.progress();
  if (!status.migration) return;
  for (const migrate::State state : migrate::all_states()) {
    add_metric(out, kState, status.migration->state == state ? 1 : 0, {{"state", name(state)}});
  }
  for (const Figure& figure : kFigures) add_metric(out, figure.desc, figure.of(status));
}

}  // namespace oreum::api
