#include <sys/statvfs.h>

#include <atomic>

#include <gtest/gtest.h>

#include "base/mutex.h"
#include "collect/linux/mount_probe.h"
#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

TEST(Filesystem, ShowsTheMountsThatCount) {
  const test::TempDir tree;
  tree.write("root/boot/x", "");
  tree.write("root/srv/my data/x", "");
  tree.write("proc/1/mounts",
             "proc /proc proc rw 0 0\n"
             "/dev/mapper/vg0-root / ext4 rw,relatime,errors=remount-ro 0 0\n"
             "/dev/sda1 /boot ext4 nosuid,ro 0 0\n"
             "/dev/sda1 /boot ext4 nosuid,ro 0 0\n"
             "/dev/sdb1 /srv/my\\040data xfs rw 0 0\n"
             "files:/gone /srv/gone nfs4 rw 0 0\n"
             "/dev/sdc /mnt/x ext4 rw 0 0\n");
  test::CollectTree run("filesystem", tree.path());
  ASSERT_TRUE(run.collect());
  const auto values = run.values();
  struct statvfs root{};
  ASSERT_EQ(::statvfs((tree / "root").c_str(), &root), 0);
  const std::string at_root = R"({device="/dev/mapper/vg0-root",fstype="ext4",mountpoint="/"})";
  const std::string at_boot = R"({device="/dev/sda1",fstype="ext4",mountpoint="/boot"})";
  const std::string at_gone = R"({device="files:/gone",fstype="nfs4",mountpoint="/srv/gone"})";
  EXPECT_EQ(values.at("node_filesystem_size_bytes" + at_root), static_cast<double>(root.f_blocks * root.f_frsize));
  EXPECT_EQ(values.at("node_filesystem_files" + at_root), static_cast<double>(root.f_files));
  EXPECT_EQ(values.at("node_filesystem_readonly" + at_root), 0);
  EXPECT_EQ(values.at("node_filesystem_readonly" + at_boot), 1);
  EXPECT_EQ(values.at("node_filesystem_device_error" + at_boot), 0);
  EXPECT_EQ(values.at("node_filesystem_device_error" + at_gone), 1);
  EXPECT_FALSE(values.contains("node_filesystem_size_bytes" + at_gone));
  EXPECT_TRUE(values.contains(R"(disk_usage_percent{mountpoint="/srv/my data"})"));
  // Seven families for three mounts that answer, the error of the fourth, and three shares.
  EXPECT_EQ(values.size(), 7U * 3 + 1 + 3);
  EXPECT_EQ(run.sink().duplicates(), 0U);
}

TEST(Filesystem, ItsOwnMountsStandInForInits) {
  const test::TempDir tree;
  tree.write("root/x", "");
  tree.write("proc/mounts", "/dev/sdz / ext4 rw 0 0\n");
  tree.write("proc/self/mountinfo", "22 1 8:1 / / ro - ext4 /dev/sda rw\n");
  test::CollectTree run("filesystem", tree.path());
  EXPECT_TRUE(run.collect());
  EXPECT_EQ(run.values().size(), 8U);
}

TEST(Filesystem, AListThatIsNoneIsAnError) {
  const test::TempDir tree;
  EXPECT_FALSE(test::CollectTree("filesystem", tree.path()).collect());
  tree.write("proc/1/mounts", "/dev/sda /\n");
  test::CollectTree run("filesystem", tree.path());
  for (int round = 0; round < 2; ++round) {
    const Status status = run.collect();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::kUnavailable);
  }
}

// A mount that hangs until the test lets it go.
Mutex g_mu;
CondVar g_changed;
bool g_hang GUARDED_BY(g_mu) = true;
bool g_returned GUARDED_BY(g_mu) = false;
std::atomic<int> g_calls_to_hung{0};

int hanging_statvfs(const char* path, struct statvfs* out) {
  out->f_blocks = 7;
  if (std::string_view(path) != "/hung") return 0;
  ++g_calls_to_hung;
  const MutexLock lock(g_mu);
  while (g_hang) g_changed.wait(g_mu);
  g_returned = true;
  g_changed.notify_all();
  return 0;
}

TEST(MountProbe, AHungMountIsAskedOnceAndTheOthersAnswer) {
  MountProbe probe(milliseconds(20), &hanging_statvfs);
  const std::vector<std::string> paths{"/a", "/hung", "/b"};
  for (int round = 0; round < 3; ++round) {
    const auto answers = probe.probe(paths);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_TRUE(answers[0]);
    EXPECT_FALSE(answers[1]);
    EXPECT_TRUE(answers[2]);
    EXPECT_EQ(probe.stuck(), 1U);
    EXPECT_EQ(g_calls_to_hung, 1);
  }
  {
    const MutexLock lock(g_mu);
    g_hang = false;
    g_changed.notify_all();
    while (!g_returned) g_changed.wait(g_mu);
  }
  // The call returns: soon the mount is asked again.
  while (probe.probe({}).empty() && probe.stuck() > 0) {
  }
  const auto answers = probe.probe(paths);
  ASSERT_TRUE(answers[1]);
  EXPECT_EQ(answers[1]->f_blocks, 7U);
}

}  // namespace
}  // namespace oreum::collect
