#include "config/yaml.h"

#include <gtest/gtest.h>

namespace oreum::config {
namespace {

TEST(Yaml, KeepsPlacesAndOrder) {
  const auto root = parse_yaml("b: 1\na:\n  - x\n  - \"2\"\n");
  ASSERT_TRUE(root.has_value()) << root.error().to_string();
  ASSERT_EQ(root->entries.size(), 2u);
  EXPECT_EQ(root->entries[0].key.text, "b");
  const YamlNode* list = root->find("a");
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->items.size(), 2u);
  EXPECT_EQ(list->items[1].text, "2");
  EXPECT_TRUE(list->items[1].quoted);
  EXPECT_EQ(list->items[1].place(), "4:5");
  EXPECT_EQ(root->find("c"), nullptr);
}

TEST(Yaml, SaysWhereItIsWrong) {
  EXPECT_TRUE(parse_yaml("a: [").error().message().starts_with("1:") ||
              parse_yaml("a: [").error().message().starts_with("2:"));
  EXPECT_FALSE(parse_yaml("a: b: c").has_value());
  EXPECT_EQ(parse_yaml("")->kind, YamlNode::Kind::kNull);
}

TEST(Yaml, RefusesAliasesThatExplode) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string was = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k > 0 ? ", " : "") + was;
    text += "]\n";
  }
  EXPECT_EQ(parse_yaml(text).error().code(), Code::kResourceExhausted);
}

}  // namespace
}  // namespace oreum::config
