#include "promql/eval/binary/kernels.h"

#include <cmath>

#include <gtest/gtest.h>

#include "promql/eval/grid.h"

namespace oreum::promql {
namespace {

constexpr double kInf = HUGE_VAL;

TEST(Kernels, AbsentPointsStayAbsent) {
  for (const BinaryOp op :
       {BinaryOp::kAdd, BinaryOp::kSub, BinaryOp::kMul, BinaryOp::kDiv, BinaryOp::kMod, BinaryOp::kPow,
        BinaryOp::kAtan2, BinaryOp::kEq, BinaryOp::kNe, BinaryOp::kLe, BinaryOp::kGe, BinaryOp::kLt, BinaryOp::kGt}) {
    for (const Yield yield : {Yield::kLeft, Yield::kRight, Yield::kBool}) {
      const Column left = {absent(), 1, absent()};
      const Column right = {1, absent(), absent()};
      Column out(3);
      const Kernel kernel = is_comparison(op) ? comparison_kernel(op, yield) : arithmetic_kernel(op);
      kernel(left.data(), right.data(), out.data(), out.size());
      for (const double v : out) EXPECT_TRUE(is_absent(v)) << op_text(op);
    }
  }
}

TEST(Kernels, ModuloHasTheSignOfTheDividend) {
  const Column left = {5.5, -5.5, 5, kInf, 5};
  const Column right = {2, 2, 0, 3, -kInf};
  Column out(5);
  arithmetic_kernel(BinaryOp::kMod)(left.data(), right.data(), out.data(), out.size());
  EXPECT_EQ(out[0], 1.5);
  EXPECT_EQ(out[1], -1.5);
  EXPECT_TRUE(std::isnan(out[2]));
  EXPECT_TRUE(std::isnan(out[3]));
  EXPECT_EQ(out[4], 5);
}

TEST(Kernels, ComparisonsYieldASideOrANumber) {
  const Column left = {1, 2, NAN};
  const Column right = {2, 2, NAN};
  Column out(3);
  comparison_kernel(BinaryOp::kLt, Yield::kRight)(left.data(), right.data(), out.data(), out.size());
  EXPECT_EQ(out[0], 2);
  EXPECT_TRUE(is_absent(out[1]));
  EXPECT_TRUE(is_absent(out[2]));
  comparison_kernel(BinaryOp::kNe, Yield::kBool)(left.data(), right.data(), out.data(), out.size());
  EXPECT_EQ(out, (Column{1, 0, 1}));
}

TEST(Pow, SpecialCases) {
  EXPECT_EQ(go_pow(NAN, 0), 1);
  EXPECT_EQ(go_pow(1, NAN), 1);
  EXPECT_EQ(go_pow(-0.0, -3), -kInf);
  EXPECT_EQ(go_pow(-0.0, -2), kInf);
  EXPECT_EQ(go_pow(-1, kInf), 1);
  EXPECT_EQ(go_pow(0.5, kInf), 0);
  EXPECT_EQ(go_pow(-2, 3), -8);
  EXPECT_TRUE(std::isnan(go_pow(-2, 0.5)));
  EXPECT_EQ(go_pow(2, -1074), 0x1p-1074);
  EXPECT_EQ(go_pow(2, 1024), kInf);
  EXPECT_EQ(go_pow(-1, 0x1p70), 1);
  EXPECT_EQ(go_pow(3, 0x1p70), kInf);
  EXPECT_EQ(go_pow(9, 0.5), 3);
}

TEST(Pow, StaysCloseToTheTrueValue) {
  for (double x = 0.1; x < 50; x *= 1.37) {
    for (double y = -20; y < 20; y += 0.77) EXPECT_NEAR(go_pow(x, y) / std::pow(x, y), 1, 1e-13) << x << " ^ " << y;
  }
}

}  // namespace
}  // namespace oreum::promql
