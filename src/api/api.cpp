#include "api/api.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/core.h>

#include "api/cross_origin.h"
#include "api/http_metrics.h"
#include "api/migration_metrics.h"
#include "api/problem.h"
#include "api/prometheus/answer.h"
#include "api/prometheus/queries.h"
#include "api/resources.h"
#include "api/router.h"
#include "api/routes.h"
#include "api/store_metrics.h"
#include "api/stream.h"
#include "api/worker_pool.h"

namespace oreum::api {

namespace {

// Labels of what is no route of the table.
constexpr std::string_view kAssetLabel = "/{file}";
constexpr std::string_view kUnknownLabel = "other";

/// Passes the answer on with headers that every answer has, and counts and times it.
class MeasuredResponder final : public net::Responder {
 public:
  MeasuredResponder(std::unique_ptr<net::Responder> inner, HttpMetrics& metrics, std::string method,
                    std::string_view path, net::Fields headers)
      : inner_(std::move(inner)),
        metrics_(metrics),
        method_(std::move(method)),
        path_(path),
        headers_(std::move(headers)) {}
  MeasuredResponder(const MeasuredResponder&) = delete;
  MeasuredResponder& operator=(const MeasuredResponder&) = delete;
  ~MeasuredResponder() override {
    if (!answered_) record(500);  // which the server sends then
  }

  void send(net::Response response) override {
    record(response.status);
    add_headers(response);
    inner_->send(std::move(response));
  }
  std::shared_ptr<net::Stream> stream(net::Response head) override {
    record(head.status);
    add_headers(head);
    return inner_->stream(std::move(head));
  }

 private:
  void add_headers(net::Response& response) {
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    std::ranges::move(headers_, std::back_inserter(response.headers));
  }
  void record(int status) {
    answered_ = true;
    metrics_.record(method_, path_, status, Monotonic::now() - start_);
  }

  std::unique_ptr<net::Responder> inner_;
  HttpMetrics& metrics_;
  std::string method_;
  std::string_view path_;
  net::Fields headers_;
  Monotonic::time_point start_ = Monotonic::now();
  bool answered_ = false;
};

/// A request on its way to a handler.
struct Job {
  const Route& route;
  net::Request request;
  std::unique_ptr<net::Responder> responder;
  std::string arg;
  Deadline deadline;
};

/// An error in the shape that the route's clients read.
net::Response error_answer(const Route& route, const Error& error, std::string_view request_id) {
  return route.prometheus ? prometheus::error(error) : problem(error, request_id);
}

void run(Job& job) {
  const Call call{job.request, job.arg, job.deadline};
  if (job.route.stream) {
    if (const Status taken = job.route.stream(call, job.responder); !taken && job.responder) {
      job.responder->send(error_answer(job.route, taken.error(), job.request.id));
    }
    return;
  }
  Result<net::Response> response = job.route.handler(call);
  job.responder->send(response ? *std::move(response) : error_answer(job.route, response.error(), job.request.id));
}

void run_in_pool(Job& job, bool may_run) {
  if (!may_run) {
    const Error stopping(Code::kUnavailable, "the server is stopping");
    job.responder->send(error_answer(job.route, stopping, job.request.id));
  } else if (job.deadline.passed()) {
    const Error late(Code::kUnavailable, "the request waited too long for its turn");
    job.responder->send(error_answer(job.route, late, job.request.id));
  } else {
    run(job);
  }
}

}  // namespace

class Api::Impl {
 public:
  explicit Impl(Services services)
      : services_(std::move(services)),
        streams_(services_),
        queries_(services_.clock, services_.engine.options().slow),
        routes_(make_routes({services_, streams_, queries_, metadata_, pushers_, routes_,
                             [this](OwnMetrics& out) { append_own_metrics(out); }})),
        router_(routes_),
        cross_origin_(services_.cors_origins),
        query_pool_(services_.query_threads, services_.query_queue),
        ingest_pool_(services_.ingest_threads, services_.ingest_queue),
        export_pool_(services_.export_threads, services_.export_queue) {}

  void dispatch(net::Request request, std::unique_ptr<net::Responder> responder) {
    const Match match = router_.find(request.method, request.path);
    if (match.route == nullptr || (changes(request.method) && cross_origin_.forged(request))) {
      no_route(request, std::move(responder), match);
      return;
    }
    const Route& route = *match.route;
    auto measured = std::make_unique<MeasuredResponder>(std::move(responder), http_metrics_, request.method, route.path,
                                                        cross_origin_.headers(request));
    std::string arg(match.arg);  // it borrows the path, which moves
    Job job{route, std::move(request), std::move(measured), std::move(arg), Deadline::in(services_.request_deadline)};
    if (route.at_hand) {
      if (auto response = route.at_hand({job.request, job.arg, job.deadline})) {
        job.responder->send(*std::move(response));
        return;
      }
    }
    WorkerPool* pool = pool_of(job);
    if (pool == nullptr) {
      run(job);
      return;
    }
    auto shared = std::make_shared<Job>(std::move(job));
    WorkerPool::Task task = [shared](bool may_run) { run_in_pool(*shared, may_run); };
    if (!pool->try_post(task)) {
      const Error full(Code::kUnavailable, "too many requests are waiting: try again");
      shared->responder->send(error_answer(shared->route, full, shared->request.id));
    }
  }

  void append_own_metrics(OwnMetrics& out) const {
    http_metrics_.append_to(out);
    append_store_metrics(out, services_.store);
    if (services_.migrations != nullptr) append_migration_metrics(out, *services_.migrations);
    queries_.append_to(out);
    add_metric(out, kQueueLength, static_cast<double>(query_pool_.queued()), {{"queue", "query"}});
    add_metric(out, kQueueLength, static_cast<double>(ingest_pool_.queued()), {{"queue", "ingest"}});
    add_metric(out, kQueueLength, static_cast<double>(export_pool_.queued()), {{"queue", "export"}});
    add_metric(out, kStreams, static_cast<double>(streams_.size()));
    if (services_.more_metrics) services_.more_metrics(out);
  }

  StreamHub& streams() { return streams_; }

  void stop() {
    streams_.stop();
    query_pool_.stop();
    ingest_pool_.stop();
    export_pool_.stop();
  }

 private:
  static constexpr model::MetricDesc kQueueLength{"oreum_http_queue_length", "Requests that wait for a thread.",
                                                  model::MetricType::kGauge};
  static constexpr model::MetricDesc kStreams{"oreum_http_streams", "Event streams open now.",
                                              model::MetricType::kGauge};

  WorkerPool* pool_of(const Job& job) {
    switch (job.route.where) {
      case Where::kInline: return nullptr;
      case Where::kInlineWithoutParameters: return job.request.query.empty() ? nullptr : &query_pool_;
      case Where::kQuery: return &query_pool_;
      case Where::kIngest: return &ingest_pool_;
      case Where::kExport: return &export_pool_;
    }
    return nullptr;
  }

  static bool changes(std::string_view method) { return method != "GET" && method != "HEAD" && method != "OPTIONS"; }

  /// A file of the web page, a wrong method, a page that may not, or nothing.
  void no_route(const net::Request& request, std::unique_ptr<net::Responder> responder, const Match& match) {
    Result<net::Response> asset = Error(Code::kNotFound, fmt::format("there is nothing at {}", request.path));
    if (match.allow.empty() && request.method == "GET") asset = serve_asset(request);
    MeasuredResponder measured(std::move(responder), http_metrics_, request.method, asset ? kAssetLabel : kUnknownLabel,
                               cross_origin_.headers(request));
    if (match.route != nullptr) {
      measured.send(problem(403, "cross_origin",
                            "a page of another site may not do this; cors_origins names those that may", request.id));
    } else if (request.method == "OPTIONS" && !match.allow.empty()) {
      measured.send({.status = 204, .headers = {{"Allow", match.allow + ", OPTIONS"}}});
    } else if (asset) {
      measured.send(*std::move(asset));
    } else if (match.allow.empty()) {
      measured.send(problem(asset.error(), request.id));
    } else {
      net::Response response =
          problem(405, "method_not_allowed", fmt::format("{} takes {}", request.path, match.allow), request.id);
      response.headers.emplace_back("Allow", match.allow);
      measured.send(std::move(response));
    }
  }

  const Services services_;
  HttpMetrics http_metrics_;
  StreamHub streams_;
  prometheus::Queries queries_;
  prometheus::MetadataStore metadata_;
  prometheus::Pushers pushers_;
  const Routes routes_;
  const Router router_;
  const CrossOrigin cross_origin_;
  WorkerPool query_pool_;
  WorkerPool ingest_pool_;
  WorkerPool export_pool_;
};

Api::Api(Services services) : impl_(std::make_unique<Impl>(std::move(services))) {}

Api::~Api() { stop(); }

net::Handler Api::handler() {
  return [impl = impl_.get()](net::Request request, std::unique_ptr<net::Responder> responder) {
    impl->dispatch(std::move(request), std::move(responder));
  };
}

void Api::on_tick() { impl_->streams().wake(); }

void Api::append_own_metrics(OwnMetrics& out) const { impl_->append_own_metrics(out); }

void Api::stop() { impl_->stop(); }

}  // namespace oreum::api
