#include "transfer/legacy_value.h"

#include <string>

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace oreum::transfer {
namespace {

/// "name{label=value,…} number" for each, in order; or the error.
std::string read(std::string_view type, std::string_view json) {
  const auto samples = read_legacy_value(type, json);
  if (!samples) return "error: " + samples.error().to_string();
  std::string out;
  for (const LegacySample& sample : *samples) {
    out += out.empty() ? "" : "; ";
    out += sample.metric;
    for (const auto& [name, value] : sample.labels) out += fmt::format("{{{}={}}}", name, value);
    out += fmt::format(" {}", sample.value);
  }
  return out;
}

TEST(LegacyValue, NumbersAreNamedAfterTypeAndMember) {
  EXPECT_EQ(read("cpu", R"({"percent": 12.5, "count": 4, "freq": {"current": 2400.0}})"),
            "cpu_percent 12.5; cpu_count 4; cpu_freq_current 2400");
  EXPECT_EQ(read("cpu", R"({"cpu_percent": 12.5})"), "cpu_percent 12.5");
  EXPECT_EQ(read("cpu_percent", "12.5"), "cpu_percent 12.5");
  EXPECT_EQ(read("cpu_percent", R"({"value": 12.5, "unit": "%"})"), "cpu_percent 12.5");
  EXPECT_EQ(read("Mem", R"({"percent": 40, "Total Bytes": 17179869184, "ok": true, "note": null})"),
            "memory_percent 40; memory_total_bytes 17179869184; memory_ok 1");
  EXPECT_EQ(read("load", R"({"1min": 0.5, "5min": 0.25})"), "load_1min 0.5; load_5min 0.25");
  EXPECT_EQ(read("load", "[0.5, 0.25, 0.1]"), "load{index=0} 0.5; load{index=1} 0.25; load{index=2} 0.1");
}

TEST(LegacyValue, CoresDisksAndInterfacesBecomeLabels) {
  EXPECT_EQ(read("cpu", R"({"percent": 3, "per_cpu": [1.5, 2]})"),
            "cpu_percent 3; cpu_core_percent{cpu=0} 1.5; cpu_core_percent{cpu=1} 2");
  EXPECT_EQ(read("cpu", R"({"cores": 8})"), "cpu_cores 8");
  EXPECT_EQ(read("disk", R"({"/": {"percent": 5, "total": 100}, "/home": {"percent": 6}})"),
            "disk_percent{mountpoint=/} 5; disk_total{mountpoint=/} 100; disk_percent{mountpoint=/home} 6");
  const std::string list = R"([{"device": "/dev/sda1", "mountpoint": "/", "fstype": "ext4", "percent": 5}])";
  const std::string one = "disk_percent{mountpoint=/}{device=/dev/sda1} 5";
  EXPECT_EQ(read("disk", list), one);
  EXPECT_EQ(read("disks", list), one);
  EXPECT_EQ(read("disk", R"({"partitions": )" + list + "}"), one);
  EXPECT_EQ(read("system", R"({"disk": )" + list + "}"), one);
  EXPECT_EQ(read("network", R"({"eth0": {"bytes_sent": 1}, "bytes_recv": 9})"),
            "network_bytes_sent{device=eth0} 1; network_bytes_recv 9");
  EXPECT_EQ(read("net", R"({"interfaces": {"eth0": {"bytes_sent": 1}}})"), "network_bytes_sent{device=eth0} 1");
  EXPECT_EQ(read("process", R"([{"pid": 7, "name": "init", "cpu_percent": 0.5}])"),
            "process_cpu_percent{pid=7}{name=init} 0.5");
}

TEST(LegacyValue, OneObjectMayHoldAllSubjects) {
  EXPECT_EQ(read("system", R"({"cpu": {"percent": 1, "per_cpu": [2]}, "memory": {"percent": 3}, "cpu_percent": 1})"),
            "cpu_percent 1; cpu_core_percent{cpu=0} 2; memory_percent 3; cpu_percent 1");
}

TEST(LegacyValue, WhatIsNoJsonOrHasNoNumberIsSaid) {
  for (const std::string_view bad : {"", "{", "{'a': 1}", "nope", "{\"a\": NaN}", "{\"a\": 1} x", "\xff"}) {
    EXPECT_NE(read("cpu", bad).find("error: the value is no JSON"), std::string::npos) << bad;
  }
  for (const std::string_view bad : {"null", "\"5\"", "{}", "[]", "{\"a\": \"5\"}"}) {
    EXPECT_EQ(read("cpu", bad), "error: the value holds no number") << bad;
  }
  const std::string deep = std::string(1000, '[') + "1" + std::string(1000, ']');
  EXPECT_NE(read("cpu", deep).find("error"), std::string::npos);
  std::string nested = "1";
  for (int i = 0; i < 20; ++i) nested = "{\"a\":" + nested + "}";
  EXPECT_NE(read("cpu", nested).find("too deeply"), std::string::npos);
}

TEST(LegacyValue, NamesAreMadeFit) {
  EXPECT_EQ(read("", "1"), "value 1");
  EXPECT_EQ(read("5xx", "1"), "_5xx 1");
  EXPECT_EQ(read("온도", R"({"a-b": 1})"), "_______a_b 1");
}

}  // namespace
}  // namespace oreum::transfer
