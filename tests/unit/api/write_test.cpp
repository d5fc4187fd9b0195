// POST /api/v1/write, health and streams.
#include "encoding/remote_write.h"

#include <snappy.h>

#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;
using testing::Not;

const net::Fields kWriteHeaders{{"content-type", "application/x-protobuf"}, {"content-encoding", "snappy"}};

/// A store whose every call fails.
class BrokenStore final : public storage::Store {
 public:
  explicit BrokenStore(Code code) : error_(code, "the disk is on fire") {}
  Result<storage::AppendResult> append(const model::Batch&, storage::Durability) override { return error_; }
  Status seal() override { return error_; }
  Status compact() override { return error_; }
  Status apply_retention(TimestampMs) override { return error_; }
  Result<storage::DeleteResult> delete_samples(std::span<const model::Matcher>, TimestampMs, TimestampMs,
                                               const std::string&) override {
    return storage::DeleteResult{};
  }
  storage::StoreStats stats() const override { return {}; }
  storage::Cardinality cardinality(size_t) const override { return {}; }
  Status healthy() const override { return error_; }
  const std::string& instance_id() const override { return id_; }
  std::string describe() const override { return "broken"; }
  Result<std::unique_ptr<storage::Querier>> querier(TimestampMs, TimestampMs) const override { return error_; }

 private:
  Error error_;
  std::string id_;
};

class WriteTest : public ApiTest {
 protected:
  Answer push(std::string body, net::Fields headers = kWriteHeaders) {
    return ask({.method = "POST", .target = "/api/v1/write", .headers = std::move(headers), .body = std::move(body)});
  }
  static std::string samples(std::initializer_list<model::Label> labels, TimestampMs t, double v) {
    const model::Series series(model::Labels::of(labels));
    model::Batch batch;
    batch.add(series, t, v);
    return encoding::encode_remote_write(batch);
  }
};

TEST_F(WriteTest, StoresAndAnswers204AgainAndAgain) {
  for (int i = 0; i < 2; ++i) {
    const Answer answer = push(samples({{"__name__", "up"}, {"instance", "a"}}, kNow, 1));
    EXPECT_EQ(answer.response.status, 204);
    EXPECT_EQ(answer.response.body, "");
  }
  EXPECT_THAT(get("/api/v1/query?query=up").response.body, HasSubstr(R"("value":[1700000000,"1"])"));
  EXPECT_EQ(push(encoding::encode_remote_write({})).response.status, 204);
}

TEST_F(WriteTest, NamesConflictsAndStoresTheRest) {
  push(samples({{"__name__", "up"}}, kNow, 1));
  const model::Series up(model::Labels::of({{"__name__", "up"}}));
  model::Batch batch;
  batch.add(up, kNow, 2);
  batch.add(up, kNow - milliseconds(1), 3);
  const Answer answer = push(encoding::encode_remote_write(batch));
  EXPECT_EQ(answer.response.status, 400);
  EXPECT_THAT(answer.response.body, HasSubstr("1 samples conflict"));
  EXPECT_THAT(answer.response.body, HasSubstr("up at 2023-11-14T22:13:20.000Z is 1, not 2"));
  EXPECT_THAT(get("/api/v1/query?query=up&time=1699999999.999").response.body, HasSubstr("\"3\""));
}

TEST_F(WriteTest, RefusesWhatCanNeverBeStored) {
  Answer answer = push(samples({{"a", "b"}}, kNow, 1));
  EXPECT_EQ(answer.response.status, 400);
  EXPECT_THAT(answer.response.body, HasSubstr("no metric name (__name__) in {a=\"b\"}"));
  answer = push(samples({{"__name__", "up"}}, TimestampMs{1000}, 1));
  EXPECT_EQ(answer.response.status, 400);
  EXPECT_THAT(answer.response.body, HasSubstr("1 samples are older than the retention"));
  EXPECT_EQ(push("").response.status, 400);
  EXPECT_EQ(push("garbage").response.status, 400);
  std::string block;
  snappy::Compress("\x0A\x7F", 2, &block);
  EXPECT_EQ(push(block).response.status, 400);
}

TEST_F(WriteTest, RefusesOtherFormats) {
  const std::string body = samples({{"__name__", "up"}}, kNow, 1);
  for (const net::Fields& headers : std::vector<net::Fields>{
           {},
           {{"content-type", "application/json"}, {"content-encoding", "snappy"}},
           {{"content-type", "application/x-protobuf"}},
           {{"content-type", "application/x-protobuf"}, {"content-encoding", "zstd"}},
           {{"content-type", "application/x-protobuf;proto=some.Other"}, {"content-encoding", "snappy"}}}) {
    EXPECT_EQ(push(body, headers).response.status, 415);
  }
  EXPECT_EQ(push(body, {{"content-type", "application/x-protobuf;proto=prometheus.WriteRequest"},
                        {"content-encoding", "snappy"}})
                .response.status,
            204);
}

TEST_F(WriteTest, ATooLargeRequestIs413) {
  std::string block;
  const std::string zeros(size_t{65} << 20, '\0');
  snappy::Compress(zeros.data(), zeros.size(), &block);
  EXPECT_EQ(push(block).response.status, 413);
}

TEST_F(WriteTest, WhatAStoreInTroubleGetsIsToBeRepeated) {
  // Also codes that would be a 4xx elsewhere: the sender would drop its samples.
  for (const Code code : {Code::kUnavailable, Code::kResourceExhausted, Code::kNotFound, Code::kInvalidArgument,
                          Code::kPermissionDenied, Code::kDataLoss}) {
    api_.reset();
    store_ = std::make_unique<BrokenStore>(code);
    EXPECT_GE(push(samples({{"__name__", "up"}}, kNow, 1)).response.status, 500) << code_name(code);
  }
  EXPECT_EQ(get("/api/v1/query?query=up").response.status, 500);
}

TEST_F(WriteTest, HealthSaysWhatIsWrong) {
  collect([&](collect::Sink& sink) { gauge(sink, "x", 1); });
  Answer health = get("/api/v1/health");
  EXPECT_EQ(health.response.status, 200);
  EXPECT_EQ(health.json().at("status"), "ok");
  EXPECT_EQ(health.json().at("level").at("number"), 1);
  EXPECT_EQ(health.json().at("level").at("store"), "sqlite");
  EXPECT_EQ(get("/readyz").response.status, 200);
  EXPECT_EQ(get("/healthz").response.body, "ok\n");

  success_ = false;
  collect([&](collect::Sink& sink) { gauge(sink, "oreum_collect_failures_total", 2, {{"collector", "test"}}); });
  health = get("/api/v1/health");
  EXPECT_EQ(health.response.status, 200);
  EXPECT_EQ(health.json().at("status"), "degraded");
  EXPECT_THAT(health.response.body, HasSubstr("the collector test fails"));

  clock_.advance(milliseconds(60'000));
  EXPECT_THAT(get("/api/v1/health").response.body, HasSubstr("the last collection is 1m old"));

  api_.reset();
  store_ = std::make_unique<BrokenStore>(Code::kUnavailable);
  health = get("/api/v1/health");
  EXPECT_EQ(health.response.status, 503);
  EXPECT_EQ(health.json().at("status"), "failing");
  EXPECT_THAT(health.response.body, HasSubstr("on fire"));
  EXPECT_EQ(get("/readyz").response.status, 503);
}

class StreamTest : public ApiTest {
 protected:
  Services services() override {
    Services s = ApiTest::services();
    s.max_streams = 2;
    return s;
  }
};

TEST_F(StreamTest, SendsTheChosenSeriesAtEachTick) {
  const auto tick = [&](double v) {
    collect([&](collect::Sink& sink) {
      gauge(sink, "node_load1", v);
      gauge(sink, "cpu_core_usage_percent", v, {{"cpu", "0"}});
      gauge(sink, "cpu_core_usage_percent", v, {{"cpu", "1"}});
    });
    api().on_tick();
  };
  tick(1);
  const Answer answer =
      get("/api/v1/stream?metrics=node_load1&match=cpu_core_usage_percent%7Bcpu%3D%221%22%2Cinstance%3D%22here%22%7D");
  ASSERT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(answer.stream->text_of(1),
            "event: sample\ndata: {\"time\":1700000000000,\"series\":["
            R"({"metric":"node_load1","labels":{},"value":1},)"
            R"({"metric":"cpu_core_usage_percent","labels":{"cpu":"1"},"value":1}]})"
            "\n\n");
  tick(2);
  // A tick before this one may have been told late and be sent as well.
  for (size_t n = 2;; ++n) {
    const std::string text = answer.stream->text_of(n);
    if (text.find("\"value\":2") != std::string::npos) break;
  }
  EXPECT_THAT(answer.stream->text_of(1), Not(HasSubstr("\"cpu\":\"0\"")));
}

TEST_F(StreamTest, AreBoundedAndForgetThoseWhoLeft) {
  const Answer first = get("/api/v1/stream");
  const Answer second = get("/api/v1/stream");
  EXPECT_EQ(get("/api/v1/stream").response.status, 503);
  first.stream->close();
  EXPECT_EQ(get("/api/v1/stream").response.status, 200);
  EXPECT_THAT(get("/metrics").response.body, HasSubstr("oreum_http_streams 2\n"));
  api().stop();
  EXPECT_EQ(get("/api/v1/stream").response.status, 503);
}

TEST_F(StreamTest, RefusesBadParameters) {
  for (const char* query : {"metrics=1x", "metrics=a,,b", "match=up%5B5m%5D", "match=%7Ba%3D~%22(%22%7D", "matc=up"}) {
    EXPECT_EQ(get(std::string("/api/v1/stream?") + query).response.status, 400) << query;
  }
}

class BusyTest : public WriteTest {
 protected:
  Services services() override {
    Services s = ApiTest::services();
    s.query_threads = 1;
    s.query_queue = 1;
    return s;
  }
};

TEST_F(BusyTest, AFullQueueIs503) {
  // The only thread waits at the gate, the only place of the queue is taken by the next.
  std::promise<void> go;
  std::promise<void> in;
  api_ = std::make_unique<Api>([&] {
    Services s = services();
    s.more_metrics = [&, gate = go.get_future().share(),
                      first = std::make_shared<std::atomic<bool>>(true)](OwnMetrics&) {
      if (first->exchange(false)) in.set_value();
      gate.wait();
    };
    return s;
  }());
  std::promise<Answer> waits1;
  std::promise<Answer> waits2;
  auto answer1 = waits1.get_future();
  auto answer2 = waits2.get_future();
  send({.target = "/metrics"}, std::move(waits1));
  in.get_future().wait();
  send({.target = "/metrics"}, std::move(waits2));
  const Answer refused = get("/metrics");
  EXPECT_EQ(refused.response.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "5");
  EXPECT_EQ(get("/healthz").response.status, 200);
  go.set_value();
  EXPECT_EQ(answer1.get().response.status, 200);
  EXPECT_EQ(answer2.get().response.status, 200);
}

}  // namespace
}  // namespace oreum::api
