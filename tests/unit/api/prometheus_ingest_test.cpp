// Remote write 2.0, metadata, OTLP, remote read, snapshots.
#include <protozero/pbf_writer.hpp>

#include "api_fixture.h"
#include "encoding/remote_read.h"
#include "encoding/snappy_block.h"

namespace oreum::api {
namespace {

using protozero::pbf_writer;
using testing::HasSubstr;

const net::Fields kWrite2{{"content-type", "application/x-protobuf;proto=io.prometheus.write.v2.Request"},
                          {"content-encoding", "snappy"},
                          {"user-agent", "agent/1"}};

class PrometheusIngestTest : public ApiTest {
 protected:
  Services services() override {
    Services s = ApiTest::services();
    s.admin_api = true;
    backups_ = std::make_unique<backup::Keeper>(
        *store_, clock_,
        backup::KeeperOptions{
            .folder = dir_.path() / "backups", .schedule = {config::BackupSchedule::Kind::kOff}, .program = "test"});
    s.backups = backups_.get();
    return s;
  }
  Answer post(std::string target, std::string body, net::Fields headers) {
    return ask({.method = "POST", .target = std::move(target), .headers = std::move(headers), .body = std::move(body)});
  }

  /// One sample of x_total, with metadata.
  static std::string write2(double v, bool histogram = false) {
    std::string message;
    pbf_writer out(message);
    for (const char* symbol : {"", "__name__", "x_total", "Help it.", "s"}) out.add_string(4, symbol);
    {
      pbf_writer series(out, 5);
      const std::vector<uint32_t> refs{1, 2};
      series.add_packed_uint32(1, refs.begin(), refs.end());
      {
        pbf_writer sample(series, 2);
        sample.add_double(1, v);
        sample.add_int64(2, kNow.ms);
      }
      if (histogram) series.add_message(3, std::string());
      pbf_writer metadata(series, 5);
      metadata.add_enum(1, 1);
      metadata.add_uint32(3, 3);
      metadata.add_uint32(4, 4);
    }
    return encoding::pack_snappy(message);
  }

  std::unique_ptr<backup::Keeper> backups_;
};

TEST_F(PrometheusIngestTest, RemoteWrite2SaysWhatWasWritten) {
  Answer answer = post("/api/v1/write", write2(5), kWrite2);
  EXPECT_EQ(answer.response.status, 204);
  EXPECT_EQ(answer.header("X-Prometheus-Remote-Write-Samples-Written"), "1");
  EXPECT_EQ(answer.header("X-Prometheus-Remote-Write-Histograms-Written"), "0");
  EXPECT_EQ(answer.header("X-Prometheus-Remote-Write-Exemplars-Written"), "0");
  EXPECT_THAT(get("/api/v1/query?query=x_total").response.body, HasSubstr(R"([1700000000,"5"])"));
  EXPECT_EQ(get("/api/v1/metadata?metric=x_total").response.body,
            R"({"status":"success","data":{"x_total":[{"type":"counter","help":"Help it.","unit":"s"}]}})");
  answer = post("/api/v1/write", write2(6), kWrite2);
  EXPECT_EQ(answer.response.status, 400);
  EXPECT_EQ(answer.header("X-Prometheus-Remote-Write-Samples-Written"), "0");
  answer = post("/api/v1/write", write2(5, true), kWrite2);
  EXPECT_EQ(answer.response.status, 400);
  EXPECT_THAT(answer.response.body, HasSubstr("1 native histograms are not kept here"));
  EXPECT_EQ(post("/api/v1/write", "x", kWrite2).response.status, 400);
  const auto target = get("/api/v1/targets?scrapePool=remote_write").json().at("data").at("activeTargets").at(0);
  EXPECT_EQ(target.at("discoveredLabels").at("__user_agent__"), "agent/1");
  EXPECT_EQ(target.at("health"), "down");  // its last request was bad
}

TEST_F(PrometheusIngestTest, OtlpIsStoredAndSaysWhatWasNot) {
  const std::string point = R"("dataPoints":[{"timeUnixNano":"1700000000000000000","asDouble":2}])";
  const std::string good = R"({"name":"a","gauge":{)" + point + "}}";
  const std::string delta = R"({"name":"b","sum":{"aggregationTemporality":1,)" + point + "}}";
  const auto request = [](const std::string& metrics) {
    return R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[)" + metrics + "]}]}]}";
  };
  const net::Fields json{{"content-type", "application/json"}};
  const std::string path = "/api/v1/otlp/v1/metrics";
  Answer answer = post(path, request(good), json);
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.response.body, "{}");
  EXPECT_THAT(get("/api/v1/query?query=a").response.body, HasSubstr(R"("2"])"));
  answer = post(path, request(good + "," + delta), json);
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.json().at("partialSuccess").at("rejectedDataPoints"), "1");
  EXPECT_THAT(std::string(answer.json().at("partialSuccess").at("errorMessage").as_string()), HasSubstr("cumulative"));
  answer = post(path, "x", json);
  EXPECT_EQ(answer.response.status, 400);
  EXPECT_EQ(answer.json().at("code"), 3);
  answer = post(path, "", {{"content-type", "application/x-protobuf"}});
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.response.body, "");
  EXPECT_EQ(answer.header("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(post(path, "\xFF", {{"content-type", "application/x-protobuf"}}).response.status, 400);
  EXPECT_EQ(post(path, "", {{"content-type", "text/plain"}}).response.status, 415);
}

class RemoteReadApiTest : public PrometheusIngestTest {
 protected:
  static std::string request(bool chunks, int32_t type, const std::string& value) {
    std::string message;
    pbf_writer out(message);
    {
      pbf_writer query(out, 1);
      query.add_int64(1, kNow.ms);
      query.add_int64(2, kNow.ms + 1000);
      pbf_writer matcher(query, 3);
      matcher.add_enum(1, type);
      matcher.add_string(2, "__name__");
      matcher.add_string(3, value);
    }
    if (chunks) out.add_enum(2, 1);
    return encoding::pack_snappy(message);
  }
};

TEST_F(RemoteReadApiTest, AnswersSamplesOrChunks) {
  store({{"__name__", "m"}, {"a", "b"}}, kNow - milliseconds(1000), {1, 2, model::stale_marker(), 4});
  Answer answer = post("/api/v1/read", request(false, 0, "m"), {});
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(answer.header("Content-Encoding"), "snappy");
  encoding::ReadResponse expected;
  expected.begin_result();
  const std::vector<int64_t> t{kNow.ms, kNow.ms + 1000};
  const std::vector<double> v{2, model::stale_marker()};
  expected.add_series(model::Labels::of({{"__name__", "m"}, {"a", "b"}}), t, v);
  EXPECT_EQ(answer.response.body, expected.finish());

  answer = post("/api/v1/read", request(true, 2, "m|n"), {});
  EXPECT_EQ(answer.header("Content-Type"), "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse");
  ASSERT_TRUE(answer.stream);
  std::string frames;
  ASSERT_TRUE(encoding::write_chunked(model::Labels::of({{"__name__", "m"}, {"a", "b"}}), t, v, 0,
                                      [&](const std::string& frame) -> Status {
                                        frames += frame;
                                        return {};
                                      }));
  api_->stop();  // the answer is whole then
  EXPECT_EQ(answer.stream->text(), frames);
}

TEST_F(RemoteReadApiTest, RefusesBadRequestsAsText) {
  for (const std::string& bad :
       {std::string("x"), request(true, 2, "("), request(false, 2, "("), request(false, 9, "")}) {
    const Answer answer = post("/api/v1/read", bad, {});
    EXPECT_EQ(answer.response.status, 400);
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
  }
}

TEST_F(PrometheusIngestTest, ASnapshotIsABackup) {
  store({{"__name__", "m"}}, kNow, {1});
  const Answer answer = post("/api/v1/admin/tsdb/snapshot", "", {});
  EXPECT_EQ(answer.response.status, 200) << answer.response.body;
  const auto backups = backups_->list();
  ASSERT_TRUE(backups);
  ASSERT_EQ(backups->size(), 1U);
  EXPECT_EQ(std::string(answer.json().at("data").at("name").as_string()), backups->front().name);
  EXPECT_EQ(ask({.method = "PUT", .target = "/api/v1/admin/tsdb/clean_tombstones"}).response.status, 204);
}

}  // namespace
}  // namespace oreum::api
