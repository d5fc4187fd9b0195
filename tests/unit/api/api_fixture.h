// An Api over a real store and a made-up collection, asked without sockets.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "api/api.h"
#include "base/mutex.h"
#include "collect/sink.h"
#include "net/text.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/temp_dir.h"

namespace oreum::api {

constexpr TimestampMs kNow{1'700'000'000'000};  // 2023-11-14T22:13:20Z

/// What a client of an event stream has got so far.
class FakeStream final : public net::Stream {
 public:
  bool write(std::string chunk) override {
    const MutexLock lock(mu_);
    if (!open_) return false;
    text_ += chunk;
    changed_.notify_all();
    return true;
  }
  bool write_waiting(std::string chunk) override { return write(std::move(chunk)); }
  void abort() override {
    aborted_ = true;
    close();
  }
  bool open() const override {
    const MutexLock lock(mu_);
    return open_;
  }
  void close() {
    const MutexLock lock(mu_);
    open_ = false;
  }
  bool aborted() const { return aborted_; }
  std::string text() const {
    const MutexLock lock(mu_);
    return text_;
  }
  /// Waits until so many events have come.
  std::string text_of(size_t events) {
    const MutexLock lock(mu_);
    const auto come = [&]() NO_THREAD_SAFETY_ANALYSIS {
      size_t n = 0;
      for (size_t at = text_.find("\n\n"); at != std::string::npos; at = text_.find("\n\n", at + 2)) ++n;
      return n;
    };
    while (come() < events) changed_.wait(mu_);
    return text_;
  }

 private:
  mutable Mutex mu_;
  CondVar changed_;
  std::string text_;
  bool open_ = true;
  std::atomic<bool> aborted_{false};
};

struct Answer {
  net::Response response;
  std::shared_ptr<FakeStream> stream;

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  boost::json::value json() const {
    boost::system::error_code ec;
    auto parsed = boost::json::parse(response.body, ec);
    EXPECT_FALSE(ec) << response.body;
    return parsed;
  }
  /// Of an error: what it says.
  std::string detail() const { return std::string(json().at("detail").as_string()); }
};

class FakeResponder final : public net::Responder {
 public:
  explicit FakeResponder(std::promise<Answer> promise) : promise_(std::move(promise)) {}
  void send(net::Response response) override { promise_.set_value({std::move(response), nullptr}); }
  std::shared_ptr<net::Stream> stream(net::Response head) override {
    auto stream = std::make_shared<FakeStream>();
    promise_.set_value({std::move(head), stream});
    return stream;
  }

 private:
  std::promise<Answer> promise_;
};

struct Ask {
  std::string method = "GET";
  std::string target;
  net::Fields headers = {};
  std::string body = {};
};

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    auto store = storage::SqliteStore::open({.folder = dir_.path(), .clock = clock_, .background = false});
    EXPECT_TRUE(store) << store.error().to_string();
    store_ = *std::move(store);
  }

  /// The Api, made at the first call: settings of services() before it count.
  Api& api() {
    if (!api_) api_ = std::make_unique<Api>(services());
    return *api_;
  }

  virtual Services services() {
    engine_ = std::make_unique<promql::Engine>(*store_, promql::EngineOptions());
    Services s{.clock = clock_, .store = *store_, .engine = *engine_};
    s.latest = [this] { return std::atomic_load(&snapshot_); };
    s.instance = "here";
    s.version = "1.2.3";
    s.started = kNow;
    s.data_dir = dir_.path();
    return s;
  }

  Answer ask(Ask what) {
    std::promise<Answer> promise;
    auto answer = promise.get_future();
    send(std::move(what), std::move(promise));
    return answer.get();
  }
  Answer get(std::string target, net::Fields headers = {}) {
    return ask({.target = std::move(target), .headers = std::move(headers)});
  }
  void send(Ask what, std::promise<Answer> promise) {
    net::Request request;
    auto target = net::parse_target(what.target);
    ASSERT_TRUE(target) << what.target;
    request.method = std::move(what.method);
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    request.headers = std::move(what.headers);
    request.body = std::move(what.body);
    request.id = "req-1";
    api().handler()(std::move(request), std::make_unique<FakeResponder>(std::move(promise)));
  }

  /// Publishes a collection of what `emit` says.
  template <typename F>
  void collect(F emit, TimestampMs t = kNow) {
    sink_.begin();
    emit(sink_);
    sink_.end();
    auto reading = std::make_shared<collect::Reading>();
    reading->collector = "test";
    reading->t = t;
    reading->shape = sink_.shape();
    reading->values = sink_.values();
    reading->success = success_;
    auto snapshot = std::make_shared<collect::Snapshot>();
    snapshot->t = t;
    snapshot->readings.push_back(std::move(reading));
    std::atomic_store(&snapshot_, std::shared_ptr<const collect::Snapshot>(std::move(snapshot)));
  }
  void gauge(collect::Sink& sink, std::string_view name, double v, std::initializer_list<model::Label> labels = {}) {
    sink.emit({name, "Help.", model::MetricType::kGauge}, labels, v);
  }

  /// Stores samples of one series, a second apart from `from` on.
  void store(std::initializer_list<model::Label> labels, TimestampMs from, const std::vector<double>& values) {
    const model::Series series(model::Labels::of(labels));
    model::Batch batch;
    for (size_t i = 0; i < values.size(); ++i) {
      batch.add(series, from + milliseconds(1000 * static_cast<int64_t>(i)), values[i]);
    }
    const auto stored = store_->append(batch);
    ASSERT_TRUE(stored) << stored.error().to_string();
    ASSERT_EQ(stored->added, values.size());
  }

  test::TempDir dir_;
  ManualClock clock_{kNow};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<promql::Engine> engine_;  // made with the services
  collect::Sink sink_{{{"job", "node"}, {"instance", "here"}}};
  std::shared_ptr<const collect::Snapshot> snapshot_;
  bool success_ = true;
  std::unique_ptr<Api> api_;  // last: goes away first
};

}  // namespace oreum::api
