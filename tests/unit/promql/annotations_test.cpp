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
  ASSERT_EQ(notes.infos().size(), 1u);
  EXPECT_EQ(notes.infos()[0].where, (Span{15, 18}));
  notes.info("metric might not be a counter", {5, 8});
  EXPECT_EQ(notes.infos()[0].where, (Span{15, 18}));
  notes.info("metric might not be a counter", {0, 30});  // around both: evaluated after them
  EXPECT_EQ(notes.infos()[0].where, (Span{0, 30}));
  EXPECT_EQ(notes.warnings().size(), 1u);
}

}  // namespace
}  // namespace oreum::promql
