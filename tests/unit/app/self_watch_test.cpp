#include "app/self_watch.h"

#include <gtest/gtest.h>

namespace oreum::app {
namespace {

constexpr model::MetricDesc kRequests{"http_requests_total", "Requests.", model::MetricType::kCounter};

TEST(SelfWatch, ReadsAtItsOwnPaceUnderAJobOfItsOwn) {
  SelfWatch watch("host", milliseconds(5000));
  int asked = 0;
  const auto append = [&asked](api::OwnMetrics& out) {
    ++asked;
    api::add_metric(out, kRequests, 7, {{"path", "/metrics"}});
  };
  const auto first = watch.read({1000}, append);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->t, TimestampMs{1000});
  EXPECT_EQ((*first->shape)[0].stored.labels.to_string(),
            R"(http_requests_total{instance="host",job="oreum",path="/metrics"})");
  EXPECT_EQ(first->values, std::vector<double>{7});
  EXPECT_FALSE(watch.read({2000}, append));
  EXPECT_FALSE(watch.read({5999}, append));
  EXPECT_TRUE(watch.read({6000}, append));
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(watch.read({500}, append)) << "a clock set back does not silence it";
}

}  // namespace
}  // namespace oreum::app
