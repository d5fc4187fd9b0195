#include "migrate/record.h"

#include <gtest/gtest.h>

namespace oreum::migrate {
namespace {

Migration some_migration() {
  Migration m;
  m.id = "0123";
  m.state = State::kCatchUp;
  m.active = {"sqlite:/data/오름", "aa"};
  m.other = {"postgres://u:p@h/db", "bb"};
  m.soaking = true;
  m.switches = 3;
  m.epoch = 4;
  m.started = {1'700'000'000'000};
  m.switched = {-5};
  m.stalled_ms = 7;
  m.verified_samples = UINT64_MAX;
  m.verified = {9};
  m.repaired = 2;
  m.steps = {{State::kCapture, {1}}, {State::kCatchUp, {-2}}};
  return m;
}

Stream some_stream() {
  Stream s;
  s.id = "0123";
  s.series = 5;
  s.unit = INT64_MIN;
  s.units = 1;
  s.samples = UINT64_MAX;
  s.bytes = 4;
  s.digest = 0xfedcba9876543210;
  s.journal = INT64_MAX;
  s.conflicts = 6;
  s.first_conflict = "a{b=\"\\\"\"} 🏔";
  return s;
}

TEST(Record, ReadsBackWhatWasWritten) {
  EXPECT_EQ(Migration::decode(some_migration().encode()).value(), some_migration());
  EXPECT_EQ(Stream::decode(some_stream().encode()).value(), some_stream());
  const Routing routing{9, {"sqlite:/x", "cc"}};
  EXPECT_EQ(Routing::decode(routing.encode()).value(), routing);
}

TEST(Record, WhatIsCutOffOrGarbageIsDamage) {
  const std::string whole = some_stream().encode();
  for (size_t n = 0; n < whole.size(); ++n) {
    EXPECT_EQ(Stream::decode(whole.substr(0, n)).error().code(), Code::kDataLoss) << n;
  }
  for (const char* bad : {"", "null", "[]", "{}", "{\"id\":1}", "\xff\xfe", "{\"id\":\"x\",\"state\":\"NONE\"}"}) {
    EXPECT_EQ(Migration::decode(bad).error().code(), Code::kDataLoss) << bad;
    EXPECT_EQ(Routing::decode(bad).error().code(), Code::kDataLoss) << bad;
  }
  std::string unknown = some_migration().encode();
  unknown.replace(unknown.find("CATCH_UP"), 8, "KETCHUP!");
  EXPECT_EQ(Migration::decode(unknown).error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace oreum::migrate
