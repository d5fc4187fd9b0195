#include "promql/parse/lexer.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum::promql {
namespace {

/// The words as errors name them, or the error with its place.
std::string words(std::string_view text) {
  const Tokens tokens = tokenize(text);
  std::string out;
  for (const Token& token : tokens.list) {
    if (token.kind == TokenKind::kEnd) return out;
    if (!out.empty()) out += ' ';
    if (token.kind == TokenKind::kError) return out + std::to_string(token.span.begin) + ": " + tokens.error;
    out += describe(token);
  }
  return out + "no end";
}

TEST(Lexer, TellsWordsApart) {
  EXPECT_EQ(words("foo a:b :c _x 5m 0x1F 'x' \"y\" `z`"),
            "identifier \"foo\" metric identifier \"a:b\" metric identifier \":c\" identifier \"_x\" duration \"5m\" "
            "number \"0x1F\" string \"'x'\" string \"\\\"y\\\"\" string \"`z`\"");
  EXPECT_EQ(words("sum OFFSET By start inf NaN infinity"),
            "<aggr:sum> <OFFSET> <By> \"start\" number \"inf\" number \"NaN\" identifier \"infinity\"");
  EXPECT_EQ(words("a</b>/c<=d>=e==f!=g<h>i=@"),
            "identifier \"a\" <op:</> identifier \"b\" <op:>/> identifier \"c\" <op:<=> identifier \"d\" <op:>=> "
            "identifier \"e\" <op:==> identifier \"f\" <op:!=> identifier \"g\" <op:<> identifier \"h\" <op:>> "
            "identifier \"i\" \"=\" <op:@>");
  EXPECT_EQ(words("'0123456789abc'"), "string \"'012345678\"...");
}

TEST(Lexer, FillIsAKeywordBeforeAParenthesisOnly) {
  EXPECT_EQ(words("fill FILL (1) fill_left\n(2) fill_right"),
            "identifier \"fill\" <FILL> \"(\" number \"1\" \")\" <fill_left> \"(\" number \"2\" \")\" identifier "
            "\"fill_right\"");
}

TEST(Lexer, HasOtherWordsInBraces) {
  EXPECT_EQ(words("{sum=~'a',b!~\"c\",d!=`e`}"),
            "\"{\" identifier \"sum\" <op:=~> string \"'a'\" \",\" identifier \"b\" <op:!~> string \"\\\"c\\\"\" \",\" "
            "identifier \"d\" <op:!=> string \"`e`\" \"}\"");
}

TEST(Lexer, HasOtherWordsInBrackets) {
  EXPECT_EQ(words("[5m:Step()]"), "\"[\" duration \"5m\" \":\" \"Step\" \"(\" \")\" \"]\"");
  EXPECT_EQ(words("[-max_of1m"), "\"[\" <op:-> \"max_of\" duration \"1m\" 10: unclosed left bracket");
}

TEST(Lexer, SkipsSpacesAndComments) { EXPECT_EQ(words(" \t\r\n# a\n1 # b"), "number \"1\""); }

TEST(Lexer, SaysWhatIsNoWord) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"$", "0: unexpected character: '$'"},
      {"\xff", "0: unexpected character: '\xef\xbf\xbd'"},
      {"'", "0: unterminated quoted string"},
      {"!", "0: unexpected character after '!': end of input"},
      {"=~", "0: unexpected character after '=': '~'"},
      {"1x", "0: bad number or duration syntax: \"1\""},
      {"5m5", "0: bad number or duration syntax: \"5m5\""},
      {"5mx", "0: bad number or duration syntax: \"5mx\""},
      {"1.2.3", "0: bad number or duration syntax: \"1.2.\""},
      {"1__0", "0: bad number or duration syntax: \"1__\""},
      {")", "1: unexpected right parenthesis ')'"},
      {"]", "0: unexpected right bracket ']'"},
      {"}", "0: unexpected character: '}'"},
  };
  for (const auto& [text, error] : kCases) EXPECT_EQ(words(text), error) << text;
  EXPECT_EQ(words("("), "\"(\" 1: unclosed left parenthesis");
  EXPECT_EQ(words("{"), "\"{\" 1: unexpected end of input inside braces");
  EXPECT_EQ(words("{{"), "\"{\" 1: unexpected left brace '{'");
  EXPECT_EQ(words("{a:"), "\"{\" identifier \"a\" 2: unexpected character inside braces: ':'");
  EXPECT_EQ(words("["), "\"[\" 1: unexpected end of input in duration expression");
  EXPECT_EQ(words("[:"), "\"[\" 2: unexpected colon before duration in duration expression");
  EXPECT_EQ(words("[1:2:"), "\"[\" number \"1\" \":\" number \"2\" 4: unexpected colon ':'");
  EXPECT_EQ(words("[a"), "\"[\" 1: unexpected character in duration expression: 'a'");
  EXPECT_EQ(words("[1 a"), "\"[\" number \"1\" 3: unexpected character: 'a', expected ':'");
  EXPECT_EQ(words("[1["), "\"[\" number \"1\" 2: unexpected left bracket '['");
}

RC_GTEST_PROP(Lexer, WordsAreInTheirPlacesAndTheLastEnds, (const std::string& text)) {
  const Tokens tokens = tokenize(text);
  uint32_t end = 0;
  for (const Token& token : tokens.list) {
    const bool last = &token == &tokens.list.back();
    RC_ASSERT(last == (token.kind == TokenKind::kEnd || token.kind == TokenKind::kError));
    RC_ASSERT(token.span.begin >= end || token.kind == TokenKind::kError);
    RC_ASSERT(token.span.end <= text.size());
    if (!last) RC_ASSERT(text.substr(token.span.begin, token.span.end - token.span.begin) == token.text);
    end = token.span.end;
  }
}

}  // namespace
}  // namespace oreum::promql
