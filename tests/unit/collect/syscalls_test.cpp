// Collectors that ask the kernel by system calls rather than files.
#include <sys/timex.h>
#include <sys/utsname.h>

#include <gtest/gtest.h>

#include "support/collect_tree.h"

namespace oreum::collect {
namespace {

TEST(Uname, SaysWhatTheSystemCallSays) {
  utsname name{};
  ASSERT_EQ(::uname(&name), 0);
  test::CollectTree run("uname", "/");
  ASSERT_TRUE(run.collect());
  ASSERT_EQ(run.sink().shape()->size(), 1U);
  EXPECT_EQ((*run.sink().shape())[0].labels.get("release"), name.release);
  EXPECT_EQ((*run.sink().shape())[0].labels.get("nodename"), name.nodename);
}

TEST(Timex, SaysWhatTheSystemCallSays) {
  timex t{};
  if (::adjtimex(&t) < 0) GTEST_SKIP() << "adjtimex is not allowed here";
  test::CollectTree run("timex", "/");
  ASSERT_TRUE(run.collect());
  const auto values = run.values();
  EXPECT_EQ(values.size(), 17U);
  EXPECT_EQ(values.at("node_timex_tick_seconds"), static_cast<double>(t.tick) / 1e6);
  EXPECT_EQ(values.at("node_timex_tai_offset_seconds"), static_cast<double>(t.tai));
}

}  // namespace
}  // namespace oreum::collect
