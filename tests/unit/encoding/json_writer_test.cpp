#include "encoding/json_writer.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/number.h"
#include "model/labels.h"

namespace oreum::encoding {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonWriter, PutsTheCommas) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("a", 1).key("b").begin_array();
  json.value("x").value(true).null().begin_object().end_object().begin_array().end_array().raw("{}");
  json.end_array().member("c", 1.5).key("d").begin_object().member("e", false).end_object().end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x",true,null,{},[],{}],"c":1.5,"d":{"e":false}})");
}

TEST(JsonWriter, WritesNumbersShort) {
  std::string out;
  JsonWriter json(out);
  json.begin_array()
      .value(0.1)
      .value(1e300)
      .value(-0.0)
      .value(5.0)
      .value(1e5)
      .value(INT64_MIN)
      .value(UINT64_MAX)
      .end_array();
  EXPECT_EQ(out, "[0.1,1e+300,-0,5,100000,-9223372036854775808,18446744073709551615]");
}

TEST(JsonWriter, WhatIsNoNumberIsNullOrText) {
  const auto write = [](JsonWriter::NonFinite how) {
    std::string out;
    JsonWriter(out, how).begin_array().value(NAN).value(INFINITY).value(-INFINITY).end_array();
    return out;
  };
  EXPECT_EQ(write(JsonWriter::NonFinite::kNull), "[null,null,null]");
  EXPECT_EQ(write(JsonWriter::NonFinite::kString), R"(["NaN","+Inf","-Inf"])");
}

TEST(JsonWriter, EscapesControlsAndRepairsUtf8) {
  EXPECT_EQ(json_string("a\"b\\c\n\r\t\x01\x7F"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\"");
  EXPECT_EQ(json_string("오름 😀"), "\"오름 😀\"");
  EXPECT_EQ(json_string("a\xFFz\xE2\x82"), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

RC_GTEST_PROP(JsonWriter, AnyBytesMakeValidUtf8WithoutControls, (std::string text)) {
  const std::string out = json_string(text);
  RC_ASSERT(model::is_valid_utf8(out));
  for (const char c : out) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
}

RC_GTEST_PROP(JsonWriter, DoublesReadBackAsThemselves, (double v)) {
  std::string out;
  JsonWriter(out).value(v);
  RC_ASSERT(parse_double(out) == v);
}

}  // namespace
}  // namespace oreum::encoding
