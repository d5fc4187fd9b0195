#include "storage/journal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/sample.h"
#include "support/odd_values.h"

namespace oreum::storage {
namespace {

std::string any_row(JournalRow& row) {
  JournalWriter writer;
  const int size = *rc::gen::inRange(0, 40);
  int64_t ref = 0;
  int64_t t = 0;
  for (int i = 0; i < size; ++i) {
    ref = *rc::gen::oneOf(rc::gen::just(ref + 1), rc::gen::inRange<int64_t>(1, 1'000'000'000'000));
    t = *rc::gen::oneOf(rc::gen::just(t), rc::gen::arbitrary<int64_t>());
    const auto bits = *rc::gen::oneOf(
        rc::gen::arbitrary<uint64_t>(),
        rc::gen::elementOf(std::vector<uint64_t>(oreum::test::kOddBits.begin(), oreum::test::kOddBits.end())));
    row.refs.push_back(ref);
    row.t.push_back(t);
    row.v.push_back(std::bit_cast<double>(bits));
    writer.add(ref, {t}, row.v.back());
  }
  RC_ASSERT(writer.size() == row.v.size());
  return std::string(writer.encode());
}

RC_GTEST_PROP(Journal, RowsRoundTripToTheBit, ()) {
  JournalRow in;
  const std::string bytes = any_row(in);
  JournalRow out;
  RC_ASSERT(decode_journal_row(bytes, out).has_value());
  RC_ASSERT(out.refs == in.refs);
  RC_ASSERT(out.t == in.t);
  RC_ASSERT(std::equal(in.v.begin(), in.v.end(), out.v.begin(), out.v.end(), model::same_bits));
}

RC_GTEST_PROP(Journal, DamageIsDataLoss, (uint8_t flip)) {
  RC_PRE(flip != 0);
  JournalRow row;
  const std::string good = any_row(row);
  const auto at = *rc::gen::inRange<size_t>(0, good.size());
  std::string bad = good;
  bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(flip));
  const Status status = decode_journal_row(bad, row);
  RC_ASSERT(!status.has_value());
  RC_ASSERT(status.error().code() == Code::kDataLoss);
  RC_ASSERT(!decode_journal_row(std::string_view(good).substr(0, at), row).has_value());
}

TEST(Journal, ATickOfManySeriesIsSmall) {
  JournalWriter writer;
  for (int round = 0; round < 2; ++round) {
    writer.clear();
    for (int i = 0; i < 700; ++i) writer.add(i + 1, {1'700'000'000'000}, i % 4);
    EXPECT_LT(writer.encode().size(), 700 * 3U);
  }
}

}  // namespace
}  // namespace oreum::storage
