#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Edac, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("edac"), test::expected_hardware("edac")); }

TEST(Edac, AMachineWithoutItShowsNothing) { EXPECT_EQ(test::read_files("edac", {}), ""); }

TEST(Edac, CountersThatCannotBeReadAreLeftOut) {
  const std::string text =
      test::read_files("edac", {{"sys/devices/system/edac/mc/mc0/ce_count", ""},
                                {"sys/devices/system/edac/mc/mc0/ue_count", "3"},
                                {"sys/devices/system/edac/mc/mc0/csrow1/ce_count", "x"},
                                {"sys/devices/system/edac/mc/mc0/csrow1/ue_count", "18446744073709551615"},
                                {"sys/devices/system/edac/mc/mcx/ue_count", "3"}});
  EXPECT_EQ(text, R"(# node_edac_uncorrectable_errors_total counter
node_edac_uncorrectable_errors_total{controller="0"} 3
# node_edac_csrow_uncorrectable_errors_total counter
node_edac_csrow_uncorrectable_errors_total{controller="0",csrow="1"} 1.8446744073709552e+19
)");
}

}  // namespace
}  // namespace oreum::collect
