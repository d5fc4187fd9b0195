#include "app/app.h"

#include <atomic>
#include <optional>

#include "api/api.h"
#include "app/collecting.h"
#include "app/describe_config.h"
#include "app/recorder.h"
#include "app/self_watch.h"
#include "backup/keeper.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/version.h"
#include "collect/scheduler.h"
#include "net/server.h"
#include "storage/open_store.h"

namespace oreum::app {

namespace {

using model::MetricDesc;
using model::MetricType;

constexpr milliseconds kStopGrace{300};
// Ten minutes of ticks of one second: how long the store may be away before ticks are dropped.
constexpr size_t kRecorderTicks = 600;

constexpr MetricDesc kConnections{"oreum_http_connections", "Connections open now.", MetricType::kGauge};
constexpr MetricDesc kAccepted{"oreum_http_connections_accepted_total", "Connections taken.", MetricType::kCounter};
constexpr MetricDesc kRefused{"oreum_http_connections_refused_total", "Connections refused: too many were open.",
                              MetricType::kCounter};
constexpr MetricDesc kBadRequests{"oreum_http_bad_requests_total", "Requests refused before they were understood.",
                                  MetricType::kCounter};
constexpr MetricDesc kQueued{"oreum_recorder_queue_ticks", "Ticks that wait to be stored.", MetricType::kGauge};
constexpr MetricDesc kQueueCapacity{"oreum_recorder_queue_capacity_ticks", "Ticks that may wait.", MetricType::kGauge};
constexpr MetricDesc kDropped{"oreum_recorder_dropped_ticks_total", "Ticks lost because too many waited.",
                              MetricType::kCounter};
constexpr MetricDesc kRetries{"oreum_recorder_retries_total", "Times that storing a tick failed and was tried again.",
                              MetricType::kCounter};

constexpr MetricDesc kBackups{"oreum_backups_total", "Backups made.", MetricType::kCounter};
constexpr MetricDesc kBackupFailures{"oreum_backup_failures_total", "Backups that failed.", MetricType::kCounter};
constexpr MetricDesc kBackupTime{"oreum_backup_last_success_timestamp_seconds", "When the newest backup was made.",
                                 MetricType::kGauge};
constexpr MetricDesc kBackupDuration{"oreum_backup_last_duration_seconds", "How long making the newest backup took.",
                                     MetricType::kGauge};
constexpr MetricDesc kBackupSize{"oreum_backup_last_size_bytes", "Bytes of the newest backup.", MetricType::kGauge};

storage::EngineOptions engine_options(const config::Config& config, const Clock& clock) {
  return {.folder = {},
          .clock = clock,
          .retention = {.age = config.retention,
                        .bytes = config.retention_size,
                        .minutes = config.retention_1m,
                        .hours = config.retention_1h},
          .max_series = config.max_series,
          .max_series_per_metric = config.max_series_per_metric == 0 ? SIZE_MAX : config.max_series_per_metric};
}

storage::SpoolPlace spool_of(const config::Config& config, bool may_be_away = false) {
  return {std::filesystem::path(config.data) / "spool", config.spool_size, may_be_away};
}

}  // namespace

Result<std::unique_ptr<storage::Store>> open_store(const config::Config& config, const Clock& clock) {
  return storage::open_store(config.store_url(), engine_options(config, clock), spool_of(config));
}

Result<std::unique_ptr<migrate::Manager>> open_migrations(const config::Config& config, const Clock& clock,
                                                          bool may_be_away) {
  TRY_ASSIGN(std::unique_ptr<storage::Store> store,
             storage::open_store(config.store_url(), engine_options(config, clock), spool_of(config, may_be_away)));
  const auto open = [config, &clock](const std::string& url) {
    return storage::open_store(url, engine_options(config, clock), spool_of(config));
  };
  const auto look = [](const std::string& url) -> Result<migrate::Place> {
    TRY_ASSIGN(const storage::StorePlace place, storage::look_at_store(url));
    return migrate::Place{place.there, place.free_bytes, place.instance, place.clock};
  };
  return migrate::Manager::start(
      {.url = config.store_url(),
       .clock = clock,
       .stores = {open, look, storage::try_writing, storage::scratch_url, storage::copy_store, storage::remove_store}},
      std::move(store));
}

/// Members are in the order they start; they stop and go in the opposite one.
class App::Impl {
 public:
  explicit Impl(const config::Config& config) : config_(config) {}
  ~Impl() { stop(); }

  Status start(bool collect) {
    TRY_ASSIGN(migrations_, open_migrations(config_, clock_, true));
    store_ = &migrations_->store();
    if (collect) TRY(make_scheduler());
    make_backups();
    make_api();
    net::ServerOptions options;
    options.host = config_.listen.host;
    options.port = config_.listen.port;
    TRY_ASSIGN(server_, net::Server::start(options, api_->handler()));
    serving_ = server_.get();
    if (scheduler_) scheduler_->start();
    log::info("store {} in {}, {}", store_->describe(), without_password(config_.store_url()),
              collect ? "collecting every " + format_duration(config_.interval) : "not collecting");
    return {};
  }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    if (scheduler_) scheduler_->stop();
    if (recorder_) recorder_->stop();
    if (server_) server_->stop(kStopGrace);
    if (api_) api_->stop();
    if (backups_) backups_->stop();
    if (migrations_) migrations_->stop();
  }

  std::string url() const {
    config::Listen listen = config_.listen;
    listen.port = server_->port();
    return "http://" + listen.to_string();
  }

 private:
  Status make_scheduler() {
    recorder_.emplace(*store_, kRecorderTicks);
    self_watch_.emplace(config_.instance, config_.slow_interval);
    collect::SchedulerOptions options = scheduler_options(config_, clock_);
    TRY_ASSIGN(options.last_stored, newest_collected(*store_, config_, clock_.now()));
    TRY_ASSIGN(scheduler_, collect::Scheduler::make(std::move(options),
                                                    [this](const collect::Snapshot&, collect::FreshReadings fresh) {
                                                      record(fresh);
                                                      api_->on_tick();
                                                    }));
    return {};
  }

  /// Called by the lanes' threads, never by both at once.
  void record(collect::FreshReadings fresh) {
    if (fresh.empty()) return;
    std::vector<std::shared_ptr<const collect::Reading>> readings(fresh.begin(), fresh.end());
    auto own = self_watch_->read(fresh.front()->t, [this](api::OwnMetrics& out) { api_->append_own_metrics(out); });
    if (own) readings.push_back(std::move(own));
    recorder_->record(std::move(readings));
  }

  void make_backups() {
    backups_.emplace(*store_, clock_,
                     backup::KeeperOptions{.folder = config_.folder_of_backups(),
                                           .schedule = config_.backup_schedule,
                                           .keep = config_.backup_keep,
                                           .program = kVersion});
  }

  void make_api() {
    engine_.emplace(*store_, promql::EngineOptions{.limits = {.samples = config_.query_max_samples,
                                                              .series = config_.query_max_series,
                                                              .points = config_.query_max_points},
                                                   .look_back = config_.query_look_back,
                                                   .slow = config_.query_slow,
                                                   .experimental = config_.query_experimental});
    api::Services services{.clock = clock_, .store = *store_, .engine = *engine_};
    services.backups = &*backups_;
    services.migrations = migrations_.get();
    if (scheduler_) services.latest = [this] { return scheduler_->latest(); };
    services.more_metrics = [this](api::OwnMetrics& out) { append_metrics(out); };
    services.instance = config_.instance;
    services.version = kVersion;
    services.started = clock_.now();
    services.interval = config_.interval;
    services.data_dir = config_.data;
    services.retention = retention_text(config_);
    services.config_yaml = config_yaml(config_);
    services.flags = config_flags(config_);
    services.admin_api = config_.admin_api;
    services.cors_origins = config_.cors_origins;
    api_.emplace(std::move(services));
  }

  void append_metrics(api::OwnMetrics& out) const {
    // The first requests may come before the server is known here.
    const net::Server* serving = serving_;
    const net::ServerStats server = serving != nullptr ? serving->stats() : net::ServerStats{};
    api::add_metric(out, kConnections, static_cast<double>(server.connections));
    api::add_metric(out, kAccepted, static_cast<double>(server.accepted));
    api::add_metric(out, kRefused, static_cast<double>(server.refused));
    api::add_metric(out, kBadRequests, static_cast<double>(server.bad_requests));
    append_backup_metrics(out);
    if (!recorder_) return;
    const RecorderStats recorder = recorder_->stats();
    api::add_metric(out, kQueued, static_cast<double>(recorder.queued));
    api::add_metric(out, kQueueCapacity, static_cast<double>(recorder.capacity));
    api::add_metric(out, kDropped, static_cast<double>(recorder.dropped));
    api::add_metric(out, kRetries, static_cast<double>(recorder.retries));
  }

  void append_backup_metrics(api::OwnMetrics& out) const {
    const backup::KeeperStatus status = backups_->status();
    api::add_metric(out, kBackups, static_cast<double>(status.made));
    api::add_metric(out, kBackupFailures, static_cast<double>(status.failures));
    if (!status.last) return;
    const backup::Manifest& last = status.last->manifest;
    constexpr double kMs = 1000;
    api::add_metric(out, kBackupTime, static_cast<double>(last.created.ms) / kMs);
    api::add_metric(out, kBackupDuration, static_cast<double>(last.took.count()) / kMs);
    api::add_metric(out, kBackupSize, static_cast<double>(last.bytes()));
  }

  const config::Config config_;
  const SystemClock clock_;
  std::unique_ptr<migrate::Manager> migrations_;
  storage::Store* store_ = nullptr;  // the manager's
  std::optional<Recorder> recorder_;
  std::optional<SelfWatch> self_watch_;
  std::unique_ptr<collect::Scheduler> scheduler_;
  std::optional<backup::Keeper> backups_;
  std::optional<promql::Engine> engine_;
  std::optional<api::Api> api_;
  std::unique_ptr<net::Server> server_;
  std::atomic<const net::Server*> serving_{nullptr};
  bool stopped_ = false;
};

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

App::~App() = default;

Result<std::unique_ptr<App>> App::start(const config::Config& config, bool collect) {
  auto impl = std::make_unique<Impl>(config);
  TRY(impl->start(collect));
  return std::unique_ptr<App>(new App(std::move(impl)));
}

std::string App::url() const { return impl_->url(); }

void App::stop() { impl_->stop(); }

}  // namespace oreum::app
