// /metrics, /api/v1/metrics and /api/v1/metrics/{type}: the present.
#include "api/accept.h"

#include "encoding/exposition_parser.h"

#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Accept, OpenMetricsIsForThoseWhoAskForIt) {
  EXPECT_TRUE(
      prefers_openmetrics("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  EXPECT_TRUE(prefers_openmetrics("Application/OpenMetrics-Text; version=1.0.0; q=0.5, text/plain;q=0.5"));
  for (const char* accept : {"", "*/*", "text/plain", "text/html,*/*;q=0.8", "application/openmetrics-text;q=0",
                             "application/openmetrics-text;q=0.2,text/plain;q=0.3", "application/openmetrics-text;q=x",
                             ";;,,q=;", "application/openmetrics-textual"}) {
    EXPECT_FALSE(prefers_openmetrics(accept)) << accept;
  }
}

TEST_F(ApiTest, MetricsShowTheCollectionWithoutJobAndInstance) {
  collect([&](collect::Sink& sink) {
    gauge(sink, "node_load1", 0.5);
    sink.emit({"node_forks_total", "Forks.", model::MetricType::kCounter}, 7);
  });
  const Answer text = get("/metrics");
  EXPECT_EQ(text.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(text.response.body, HasSubstr("# HELP node_load1 Help.\n# TYPE node_load1 gauge\nnode_load1 0.5\n"));
  EXPECT_THAT(text.response.body, HasSubstr("oreum_store_series 0\n"));
  EXPECT_TRUE(encoding::parse_exposition(text.response.body));

  const Answer open = get("/metrics", {{"accept", "application/openmetrics-text"}});
  EXPECT_EQ(open.header("Content-Type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_THAT(open.response.body, HasSubstr("# TYPE node_forks counter\nnode_forks_total 7\n"));
  EXPECT_THAT(open.response.body, EndsWith("# EOF\n"));
}

TEST_F(ApiTest, MetricsFollowValuesAndSeries) {
  collect([&](collect::Sink& sink) { gauge(sink, "node_load1", 1); });
  EXPECT_THAT(get("/metrics").response.body, HasSubstr("\nnode_load1 1\n"));
  collect([&](collect::Sink& sink) { gauge(sink, "node_load1", 2); });
  EXPECT_THAT(get("/metrics").response.body, HasSubstr("\nnode_load1 2\n"));
  collect([&](collect::Sink& sink) {
    gauge(sink, "node_load1", 3);
    gauge(sink, "node_load5", 4);
  });
  EXPECT_THAT(get("/metrics").response.body, HasSubstr("\nnode_load5 4\n"));
}

TEST_F(ApiTest, MetricsWithoutACollectionAreTheProgramsOwn) {
  EXPECT_TRUE(encoding::parse_exposition(get("/metrics").response.body));
}

TEST_F(ApiTest, ListsTheTypes) {
  const auto types = get("/api/v1/metrics").json().at("types").as_array();
  std::vector<std::string> names;
  for (const auto& type : types) names.emplace_back(type.at("name").as_string());
  EXPECT_THAT(names, testing::ElementsAre("cpu", "memory", "swap", "disk", "filesystem", "network", "load", "process",
                                          "container", "host"));
}

TEST_F(ApiTest, AnUnknownTypeIsToldWhichThereAre) {
  const Answer answer = get("/api/v1/metrics/gpu");
  EXPECT_EQ(answer.response.status, 404);
  EXPECT_THAT(answer.detail(), HasSubstr("\"gpu\"; there are cpu, memory"));
}

TEST_F(ApiTest, BeforeTheFirstCollectionItSaysTryAgain) {
  const Answer answer = get("/api/v1/metrics/cpu");
  EXPECT_EQ(answer.response.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
}

class CurrentTest : public ApiTest {
 protected:
  std::string body(std::string_view type) {
    std::string text = get("/api/v1/metrics/" + std::string(type)).response.body;
    const std::string head = R"({"timestamp":"2023-11-14T22:13:20.000Z","instance":"here",)";
    EXPECT_TRUE(text.starts_with(head)) << text;
    return "{" + text.substr(std::min(head.size(), text.size()));
  }
};

TEST_F(CurrentTest, Cpu) {
  collect([&](collect::Sink& sink) {
    gauge(sink, "cpu_usage_percent", 12.5);
    // As text "10" would come before "2".
    for (const char* cpu : {"0", "2", "10"}) gauge(sink, "cpu_core_usage_percent", std::atoi(cpu), {{"cpu", cpu}});
    for (const char* cpu : {"0", "2", "10"}) {
      gauge(sink, "node_cpu_seconds_total", 2, {{"cpu", cpu}, {"mode", "user"}});
      gauge(sink, "node_cpu_seconds_total", 0.5, {{"cpu", cpu}, {"mode", "idle"}});
    }
    gauge(sink, "node_load1", 1);
    gauge(sink, "node_load5", 0.5);
    gauge(sink, "node_load15", 0.25);
  });
  EXPECT_EQ(body("cpu"),
            R"({"percent":12.5,"per_cpu":[0,2,10],"times":{"idle":1.5,"user":6},"count":3,"load_avg":[1,0.5,0.25]})");
  EXPECT_EQ(body("load"), R"({"load1":1,"load5":0.5,"load15":0.25,"load_avg":[1,0.5,0.25]})");
}

TEST_F(CurrentTest, MemoryAndSwap) {
  collect([&](collect::Sink& sink) {
    gauge(sink, "node_memory_MemTotal_bytes", 1000);
    gauge(sink, "node_memory_MemAvailable_bytes", 600);
    gauge(sink, "node_memory_MemFree_bytes", 100);
    gauge(sink, "memory_usage_percent", 40);
    gauge(sink, "node_memory_SwapTotal_bytes", 50);
    gauge(sink, "node_memory_SwapFree_bytes", 20);
  });
  EXPECT_EQ(body("memory"), R"({"total":1000,"available":600,"used":400,"free":100,"percent":40})");
  EXPECT_EQ(body("swap"), R"({"total":50,"used":30,"free":20})");
}

TEST_F(CurrentTest, DisksAndNetworkAddUp) {
  collect([&](collect::Sink& sink) {
    for (const char* device : {"sda", "sdb"}) {
      gauge(sink, "node_disk_read_bytes_total", 10, {{"device", device}});
      gauge(sink, "disk_io_utilization_percent", 50, {{"device", device}});
      gauge(sink, "node_network_receive_bytes_total", 5, {{"device", device}});
    }
  });
  EXPECT_EQ(body("disk"), R"({"devices":{"sda":{"read_bytes":10,"busy_percent":50},)"
                          R"("sdb":{"read_bytes":10,"busy_percent":50}},"total":{"read_bytes":20}})");
  EXPECT_EQ(body("network"),
            R"({"devices":{"sda":{"bytes_recv":5},"sdb":{"bytes_recv":5}},"total":{"bytes_recv":10}})");
}

TEST_F(CurrentTest, Filesystem) {
  collect([&](collect::Sink& sink) {
    const std::initializer_list<model::Label> labels{{"device", "/dev/sda1"}, {"fstype", "ext4"}, {"mountpoint", "/"}};
    gauge(sink, "node_filesystem_size_bytes", 100, labels);
    gauge(sink, "node_filesystem_free_bytes", 40, labels);
    gauge(sink, "node_filesystem_avail_bytes", 30, labels);
    gauge(sink, "disk_usage_percent", 66.5, {{"mountpoint", "/"}});
  });
  EXPECT_EQ(body("filesystem"), R"({"mounts":[{"mountpoint":"/","device":"/dev/sda1","fstype":"ext4","total":100,)"
                                R"("used":60,"free":30,"percent":66.5}]})");
}

TEST_F(CurrentTest, ProcessesContainersAndHost) {
  collect([&](collect::Sink& sink) {
    gauge(sink, "node_processes_pids", 3);
    gauge(sink, "node_processes_state", 3, {{"state", "S"}});
    gauge(sink, "node_process_count", 1, {{"name", "small"}});
    gauge(sink, "node_process_resident_memory_bytes", 10, {{"name", "small"}});
    gauge(sink, "node_process_resident_memory_bytes", 20, {{"name", "big\"one"}});
    gauge(sink, "container_memory_usage_bytes", 9, {{"id", "/a"}, {"name", "web"}});
    gauge(sink, "node_uname_info", 1, {{"nodename", "box"}, {"release", "6.1"}, {"sysname", "Linux"}});
    gauge(sink, "node_boot_time_seconds", 1'699'999'000);
  });
  EXPECT_EQ(body("process"), R"({"count":3,"states":{"S":3},"top":[)"
                             R"({"name":"big\"one","count":0,"cpu_seconds":0,"rss":20},)"
                             R"({"name":"small","count":1,"cpu_seconds":0,"rss":10}]})");
  EXPECT_EQ(body("container"), R"({"containers":[{"id":"/a","name":"web","memory_usage_bytes":9}]})");
  EXPECT_EQ(body("host"), R"({"hostname":"box","system":"Linux","kernel":"6.1",)"
                          R"("boot_time":"2023-11-14T21:56:40.000Z","uptime":1000,"cpus":0})");
}

TEST_F(CurrentTest, IsWrittenAnewWithEachCollection) {
  collect([&](collect::Sink& sink) { gauge(sink, "node_load1", 1); });
  const std::string first = get("/api/v1/metrics/load").response.body;
  EXPECT_EQ(get("/api/v1/metrics/load").response.body, first);
  collect([&](collect::Sink& sink) { gauge(sink, "node_load1", 2); });
  EXPECT_NE(get("/api/v1/metrics/load").response.body, first);
}

TEST_F(CurrentTest, EveryTypeIsAnObjectWhateverIsMissing) {
  collect([&](collect::Sink& sink) { gauge(sink, "unrelated", NAN); });
  const auto types = get("/api/v1/metrics").json();
  for (const auto& type : types.at("types").as_array()) {
    const std::string name(type.at("name").as_string());
    EXPECT_TRUE(get("/api/v1/metrics/" + name).json().is_object()) << name;
  }
}

}  // namespace
}  // namespace oreum::api
