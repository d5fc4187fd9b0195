#include <gtest/gtest.h>

#include "collect/linux/systemd_source.h"
#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

class FakeSource final : public SystemdSource {
 public:
  explicit FakeSource(Result<SystemdState> answer) : answer_(std::move(answer)) {}
  Result<SystemdState> read() override { return answer_; }

 private:
  Result<SystemdState> answer_;
};

std::map<std::string, double> collect_from(Result<SystemdState> answer, bool expect_success = true) {
  const auto collector = make_systemd_over(std::make_unique<FakeSource>(std::move(answer)));
  Sink sink({});
  sink.begin();
  EXPECT_EQ(collector->collect(sink).has_value(), expect_success);
  sink.end();
  std::map<std::string, double> values;
  for (size_t i = 0; i < sink.values().size(); ++i) {
    values[(*sink.shape())[i].stored.labels.to_string()] = sink.values()[i];
  }
  return values;
}

TEST(Systemd, ShowsLoadedUnitsAndCountsAll) {
  const auto values = collect_from(SystemdState{"252.39-1~deb12u2",
                                                "degraded",
                                                {{"ssh.service", "loaded", "active", "notify"},
                                                 {"gone.service", "not-found", "inactive", ""},
                                                 {"backup.timer", "loaded", "failed", ""},
                                                 {"dev-sda.device", "loaded", "active", ""},
                                                 {"odd.service", "loaded", "reloading", "simple"}}});
  EXPECT_EQ(values.at(R"(node_systemd_unit_state{name="ssh.service",state="active",type="notify"})"), 1);
  EXPECT_EQ(values.at(R"(node_systemd_unit_state{name="ssh.service",state="failed",type="notify"})"), 0);
  EXPECT_EQ(values.at(R"(node_systemd_unit_state{name="backup.timer",state="failed"})"), 1);
  EXPECT_EQ(values.at(R"(node_systemd_units{state="active"})"), 2);
  EXPECT_EQ(values.at(R"(node_systemd_units{state="inactive"})"), 1);
  EXPECT_EQ(values.at("node_systemd_system_running"), 0);
  EXPECT_EQ(values.at(R"(node_systemd_version{version="252.39-1~deb12u2"})"), 252.39);
  EXPECT_EQ(values.size(), 3U * 5 + 5 + 1 + 1);
}

TEST(Systemd, OddVersionsAreNoCrash) {
  EXPECT_EQ(collect_from(SystemdState{"v255", "running", {}}).at(R"(node_systemd_version{version="v255"})"), 255);
  EXPECT_EQ(collect_from(SystemdState{"255.", "running", {}}).at(R"(node_systemd_version{version="255."})"), 255);
  for (const char* version : {"", "unknown"}) EXPECT_EQ(collect_from(SystemdState{version, "", {}}).size(), 6U);
}

TEST(Systemd, AnErrorOfTheBusIsTheCollectors) {
  EXPECT_TRUE(collect_from(Error(Code::kUnavailable, "no answer"), false).empty());
}

TEST(Systemd, WhereItDoesNotRunThereIsNoData) {
  const test::TempDir tree;
  test::CollectTree run("systemd", tree.path());
  EXPECT_EQ(run.collect().error().code(), Code::kNotFound);
}

TEST(Systemd, ABusThatIsNotThereIsAnErrorAndTriedAgain) {
  const test::TempDir tree;
  std::filesystem::create_directories(tree.path() / "root/run/systemd/system");
  tree.write("root/run/dbus/system_bus_socket", "no socket");
  test::CollectTree run("systemd", tree.path());
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(run.collect());
}

}  // namespace
}  // namespace oreum::collect
