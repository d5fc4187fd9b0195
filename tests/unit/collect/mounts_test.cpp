#include "collect/linux/mounts.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum::collect {
namespace {

std::string text_of(const Result<std::vector<Mount>>& mounts) {
  if (!mounts) return mounts.error().to_string();
  std::string out;
  for (const Mount& m : *mounts) out += m.device + " " + m.point + " " + m.type + (m.readonly ? " ro;" : " rw;");
  return out;
}

TEST(Mounts, ReadsInitsList) {
  EXPECT_EQ(text_of(parse_mounts("/dev/sda1 / ext4 rw,relatime 0 0\n/dev/sr0 /media/my\\040disc iso9660 ro 0 0\n")),
            "/dev/sda1 / ext4 rw;/dev/sr0 /media/my disc iso9660 ro;");
  EXPECT_EQ(text_of(parse_mounts("/dev/sda1 /\n")), "expected device, mount point, type, options");
}

TEST(Mounts, SeesThroughASandbox) {
  // Everything is remounted read-only, /home and the state folder are mounted onto themselves; /boot and a Btrfs
  // subvolume are mounts of the machine.
  EXPECT_EQ(text_of(parse_mountinfo("22 1 8:1 / / ro,relatime shared:1 - ext4 /dev/sda1 rw\n"
                                    "30 22 8:1 /home /home ro master:1 - ext4 /dev/sda1 rw\n"
                                    "31 22 8:5 /oreum /var/lib/oreum rw - ext4 /dev/sda5 rw\n"
                                    "32 22 8:2 / /boot ro - ext4 /dev/sda2 ro,errors=remount-ro\n"
                                    "33 22 0:40 /@data /data ro - btrfs /dev/sdb rw\n")),
            "/dev/sda1 / ext4 rw;/dev/sda2 /boot ext4 ro;/dev/sdb /data btrfs rw;");
  EXPECT_NE(text_of(parse_mountinfo("22 1 8:1 / / ro ext4 /dev/sda1 rw\n")).find("expected"), std::string::npos);
  EXPECT_NE(text_of(parse_mountinfo("22 1 8:1 / - ext4 /dev/sda1 rw\n")).find("expected"), std::string::npos);
}

RC_GTEST_PROP(Mounts, AnyTextIsAListOrAnError, (std::string text)) {
  (void)parse_mounts(text);
  (void)parse_mountinfo(text);
}

}  // namespace
}  // namespace oreum::collect
