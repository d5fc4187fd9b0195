#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_disk_reads_completed_total counter
node_disk_reads_completed_total{device="sda"} 182034
node_disk_reads_completed_total{device="sdb"} 9120
node_disk_reads_completed_total{device="nvme0n1"} 812044
node_disk_reads_completed_total{device="dm-0"} 812146
# node_disk_reads_merged_total counter
node_disk_reads_merged_total{device="sda"} 5120
node_disk_reads_merged_total{device="sdb"} 11
node_disk_reads_merged_total{device="nvme0n1"} 102
node_disk_reads_merged_total{device="dm-0"} 0
# node_disk_read_bytes_total counter
node_disk_read_bytes_total{device="sda"} 5.736112128e+09
node_disk_read_bytes_total{device="sdb"} 2.252865536e+09
node_disk_read_bytes_total{device="nvme0n1"} 3.0777366528e+10
node_disk_read_bytes_total{device="dm-0"} 3.0777366528e+10
# node_disk_read_time_seconds_total counter
node_disk_read_time_seconds_total{device="sda"} 91.022
node_disk_read_time_seconds_total{device="sdb"} 30.122
node_disk_read_time_seconds_total{device="nvme0n1"} 120.311
node_disk_read_time_seconds_total{device="dm-0"} 121
# node_disk_writes_completed_total counter
node_disk_writes_completed_total{device="sda"} 402311
node_disk_writes_completed_total{device="sdb"} 12
node_disk_writes_completed_total{device="nvme0n1"} 1.204431e+06
node_disk_writes_completed_total{device="dm-0"} 1.244543e+06
# node_disk_writes_merged_total counter
node_disk_writes_merged_total{device="sda"} 88120
node_disk_writes_merged_total{device="sdb"} 0
node_disk_writes_merged_total{device="nvme0n1"} 40112
node_disk_writes_merged_total{device="dm-0"} 0
# node_disk_written_bytes_total counter
node_disk_written_bytes_total{device="sda"} 2.0537491456e+10
node_disk_written_bytes_total{device="sdb"} 49152
node_disk_written_bytes_total{device="nvme0n1"} 4.6137522176e+10
node_disk_written_bytes_total{device="dm-0"} 4.6137522176e+10
# node_disk_write_time_seconds_total counter
node_disk_write_time_seconds_total{device="sda"} 702.114
node_disk_write_time_seconds_total{device="sdb"} 0.004
node_disk_write_time_seconds_total{device="nvme0n1"} 812.301
node_disk_write_time_seconds_total{device="dm-0"} 900.112
# node_disk_io_now gauge
node_disk_io_now{device="sda"} 2
node_disk_io_now{device="sdb"} 0
node_disk_io_now{device="nvme0n1"} 0
node_disk_io_now{device="dm-0"} 0
# node_disk_io_time_seconds_total counter
node_disk_io_time_seconds_total{device="sda"} 301.244
node_disk_io_time_seconds_total{device="sdb"} 29.88
node_disk_io_time_seconds_total{device="nvme0n1"} 402.11
node_disk_io_time_seconds_total{device="dm-0"} 402.21
# node_disk_io_time_weighted_seconds_total counter
node_disk_io_time_weighted_seconds_total{device="sda"} 793.136
node_disk_io_time_weighted_seconds_total{device="sdb"} 30.126
node_disk_io_time_weighted_seconds_total{device="nvme0n1"} 932.612
node_disk_io_time_weighted_seconds_total{device="dm-0"} 1021.112
# node_disk_discards_completed_total counter
node_disk_discards_completed_total{device="sda"} 1204
node_disk_discards_completed_total{device="nvme0n1"} 0
node_disk_discards_completed_total{device="dm-0"} 0
# node_disk_discards_merged_total counter
node_disk_discards_merged_total{device="sda"} 3
node_disk_discards_merged_total{device="nvme0n1"} 0
node_disk_discards_merged_total{device="dm-0"} 0
# node_disk_discarded_sectors_total counter
node_disk_discarded_sectors_total{device="sda"} 88120
node_disk_discarded_sectors_total{device="nvme0n1"} 0
node_disk_discarded_sectors_total{device="dm-0"} 0
# node_disk_discard_time_seconds_total counter
node_disk_discard_time_seconds_total{device="sda"} 0.412
node_disk_discard_time_seconds_total{device="nvme0n1"} 0
node_disk_discard_time_seconds_total{device="dm-0"} 0
# node_disk_flush_requests_total counter
node_disk_flush_requests_total{device="sda"} 9021
node_disk_flush_requests_total{device="dm-0"} 0
# node_disk_flush_requests_time_seconds_total counter
node_disk_flush_requests_time_seconds_total{device="sda"} 1.804
node_disk_flush_requests_time_seconds_total{device="dm-0"} 0
# node_disk_info gauge
node_disk_info{device="sda",major="8",minor="0",model="OREUM_DISK_1TB",path="pci-0000:00:1f.2-ata-1",revision="01.01A01",serial="S3RIAL01",wwn="0x5000c500a0b1c2d3"} 1
node_disk_info{device="sdb",major="8",minor="16"} 1
node_disk_info{device="nvme0n1",major="259",minor="0",model="Oreum NVMe 512",path="pci-0000:3d:00.0-nvme-1",revision="2.1",serial="N0001",wwn="eui.0025385b01400f00"} 1
node_disk_info{device="dm-0",major="253",minor="0"} 1
# node_disk_filesystem_info gauge
node_disk_filesystem_info{device="dm-0",type="ext4",usage="filesystem",uuid="6f1c0c58-3f0e-4b63-9f6e-0d2b7a3d9c11",version="1.0"} 1
# node_disk_device_mapper_info gauge
node_disk_device_mapper_info{device="dm-0",lv_name="root",name="vg0-root",uuid="LVM-q7kz",vg_name="vg0"} 1
# node_disk_ata_write_cache gauge
node_disk_ata_write_cache{device="sda"} 1
# node_disk_ata_write_cache_enabled gauge
node_disk_ata_write_cache_enabled{device="sda"} 0
# node_disk_ata_rotation_rate_rpm gauge
node_disk_ata_rotation_rate_rpm{device="sda"} 7200
)text";

TEST(Diskstats, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("diskstats", test::fixture("host-a")), kExpected); }

TEST(Diskstats, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("diskstats", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Diskstats, RatesComeFromTwoReadings) {
  const test::TempDir tree;
  test::CollectTree run("diskstats", tree.path());
  tree.write("proc/diskstats", "8 0 sda 1 0 1000 5 1 0 2000 5 0 100 10\n8 16 sdb 1 0 1000 5 1 0 0 5 0 100 10\n");
  ASSERT_TRUE(run.collect());
  EXPECT_FALSE(run.values().contains(R"(disk_read_bytes_per_second{device="sda"})"));
  run.clock().advance(milliseconds(2000));
  tree.write("proc/diskstats", "8 0 sda 1 0 1008 5 1 0 2004 5 0 600 10\n8 16 sdb 1 0 10 5 1 0 0 5 0 2101 10\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(disk_read_bytes_per_second{device="sda"})"), 2048);
  EXPECT_EQ(run.values().at(R"(disk_written_bytes_per_second{device="sda"})"), 1024);
  EXPECT_EQ(run.values().at(R"(disk_io_utilization_percent{device="sda"})"), 25);
  // A counter that was reset gives no rate; a disk busy for longer than the time is just busy.
  EXPECT_FALSE(run.values().contains(R"(disk_read_bytes_per_second{device="sdb"})"));
  EXPECT_EQ(run.values().at(R"(disk_io_utilization_percent{device="sdb"})"), 100);
  // The disk of that name is another one now.
  run.clock().advance(milliseconds(1000));
  tree.write("proc/diskstats", "8 32 sda 9 9 9999 9 9 9 9999 9 9 9999 9\n");
  ASSERT_TRUE(run.collect());
  EXPECT_FALSE(run.values().contains(R"(disk_read_bytes_per_second{device="sda"})"));
  EXPECT_EQ(run.values().count(R"(node_disk_io_now{device="sdb"})"), 0U);
}

TEST(Diskstats, NewFieldsAndLargeCountersAreTaken) {
  const test::TempDir tree;
  tree.write("proc/diskstats", "8 0 sda 18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20\n");
  test::CollectTree run("diskstats", tree.path());
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_disk_reads_completed_total{device="sda"})"), 18446744073709551615.0);
  EXPECT_EQ(run.values().at(R"(node_disk_flush_requests_time_seconds_total{device="sda"})"), 0.017);
}

TEST(Diskstats, TooFewFieldsAreAnError) {
  const test::TempDir tree;
  tree.write("proc/diskstats", "8 0 sda 1 2 3\n");
  test::CollectTree run("diskstats", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

TEST(Diskstats, NumbersThatAreNoneAreAnError) {
  const test::TempDir tree;
  tree.write("proc/diskstats", "../.. 0 sda 1 2 3 4 5 6 7 8 9 10 11\n");
  test::CollectTree run("diskstats", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
