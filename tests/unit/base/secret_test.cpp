#include "base/secret.h"

#include <gtest/gtest.h>

namespace oreum {
namespace {

TEST(Secret, PasswordsAreNotShown) {
  EXPECT_EQ(without_password("postgres://oreum:s3cret@db:5432/x?a=b"), "postgres://oreum:…@db:5432/x?a=b");
  EXPECT_EQ(without_password("postgres://oreum@db/x?a=b&password=s3cret&c=d"),
            "postgres://oreum@db/x?a=b&password=…&c=d");
  EXPECT_EQ(without_password("postgres://oreum@db:5432/x?sslpassword=s3c@ret"),
            "postgres://oreum@db:5432/x?sslpassword=…");
  EXPECT_EQ(without_password("postgres://oreum:one@db/x?password=two"), "postgres://oreum:…@db/x?password=…");
}

TEST(Secret, NorThoseThatWereNotEscaped) {
  EXPECT_EQ(without_password("postgres://oreum:p@ss@db/x"), "postgres://oreum:…@db/x");
  EXPECT_EQ(without_password("postgres://oreum:p/s?s#@db/x"), "postgres://oreum:…@db/x");
  EXPECT_EQ(without_password("postgres://oreum:p:s@db/x"), "postgres://oreum:…@db/x");
}

TEST(Secret, WhatIsNoneStays) {
  for (const char* url : {"postgres://oreum@db:5432/x", "postgres://db:5432/x", "postgres:///x?host=/run/pg",
                          "sqlite:/data/a:b@c", "sqlite:", "", "postgres://", "postgres://@", "?password="}) {
    EXPECT_EQ(without_password(url), url);
  }
}

}  // namespace
}  // namespace oreum
