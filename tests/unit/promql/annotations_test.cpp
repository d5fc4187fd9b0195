#include "promql/eval/annotations.h"

#include <gtest/gtest.h>

namespace oreum::promql {
namespace {

TEST(Annotations, KeepsEachTextOnce) {
  Annotations notes;
  notes.info("metric might not be a counter", {5, 8});
  notes.info("metric might not be a counter", {5, 8});
  notes.info("metric might not be a counter", {15, 18});
  notes.warn("quantile value should be between 0 and 1", {1, 2});
  EXPECT_EQ(notes.infos().size(), 2u);
  EXPECT_EQ(notes.warnings().size(), 1u);
}

}  // namespace
}  // namespace oreum::promql
