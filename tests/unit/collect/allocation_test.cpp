// In the steady state a collector allocates nothing: what it emits is compared with what it emitted last.
#include <cstdlib>
#include <new>
#include <string_view>

#include <gtest/gtest.h>

#include "support/collect_tree.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)

namespace {
thread_local size_t g_allocations = 0;
}  // namespace

[[gnu::noinline]] void* operator new(size_t size) {
  ++g_allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t /*size*/) noexcept { std::free(memory); }

namespace oreum::collect {
namespace {

/// Allocations of as many readings as it takes for everything that is done now and then to be done.
size_t allocations_of(std::string_view collector, std::string_view machine) {
  test::CollectTree run(collector, test::fixture(machine));
  const auto read = [&] {
    for (int i = 0; i < 24; ++i) {
      run.clock().advance(milliseconds(1000));
      EXPECT_TRUE(run.collect()) << collector;
    }
  };
  read();
  const size_t before = g_allocations;
  read();
  return g_allocations - before;
}

class Allocation : public testing::TestWithParam<std::string_view> {};

TEST_P(Allocation, NoneInTheSteadyState) { EXPECT_EQ(allocations_of(GetParam(), "host-a"), 0U); }

INSTANTIATE_TEST_SUITE_P(HostA, Allocation,
                         testing::Values("arp", "cpu", "diskstats", "entropy", "filefd", "loadavg", "meminfo",
                                         "netclass", "netdev", "netstat", "netstat_ext", "pressure", "sockstat",
                                         "softnet", "stat", "udp_queues", "vmstat"),
                         [](const auto& name) { return std::string(name.param); });

TEST(Allocation, NoneForProcesses) { EXPECT_EQ(allocations_of("processes", "host-containers"), 0U); }

}  // namespace
}  // namespace oreum::collect

#endif
