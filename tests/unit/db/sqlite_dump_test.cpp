#include "db/sqlite_dump.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace oreum::db {
namespace {

/// Feeds it in pieces of every size up to 7, so that no piece's end matters.
Result<Database> load(std::string_view text, size_t piece = 7) {
  TRY_ASSIGN(DumpLoader loader, DumpLoader::open());
  for (size_t at = 0; at < text.size(); at += piece) TRY(loader.feed(text.substr(at, piece)));
  return loader.finish();
}

TEST(SqliteDump, LoadsWhatTheShellWrites) {
  const std::string dump =
      "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n"
      "CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, \"t;x\" TEXT, v TEXT);\n"
      "INSERT INTO metrics VALUES(1,'it''s; -- one','{\"a\": 1}');\n"
      "INSERT INTO metrics VALUES(2,replace('a\\nb','\\n',char(10)),NULL);\n"
      "/* a ; comment */ -- and ; another\n"
      "DELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('metrics',2);\n"
      "CREATE INDEX i ON metrics(v);\n"
      "CREATE VIEW w AS SELECT * FROM metrics;\n"
      "CREATE TRIGGER g AFTER INSERT ON metrics BEGIN DELETE FROM metrics; INSERT INTO metrics VALUES(9,9,9); END;\n"
      "COMMIT;\n";
  for (size_t piece = 1; piece < 8; ++piece) {
    auto db = load(dump, piece);
    ASSERT_TRUE(db.has_value()) << db.error().to_string();
    EXPECT_EQ(*db->query_int("SELECT count(*) FROM metrics"), 2);
    EXPECT_EQ(*db->query_text("SELECT \"t;x\" FROM metrics WHERE id = 1"), "it's; -- one");
    EXPECT_EQ(*db->query_text("SELECT \"t;x\" FROM metrics WHERE id = 2"), "a\nb");
    EXPECT_FALSE(db->exec("DELETE FROM metrics").has_value());
  }
}

TEST(SqliteDump, AHostileDumpDoesNothing) {
  const test::TempDir dir;
  const std::string file = dir / "written";
  const std::vector<std::string> hostile{
      "ATTACH '" + file + "' AS x;",
      "CREATE TABLE t(a); ATTACH DATABASE '" + file + "' AS x; CREATE TABLE x.t(a);",
      "VACUUM INTO '" + file + "';",
      "PRAGMA journal_mode = WAL;",
      "PRAGMA writable_schema = ON;",
      "PRAGMA temp_store_directory = '/';",
      "CREATE TABLE t(a); INSERT INTO sqlite_master VALUES('table','x','x',0,'CREATE TABLE x(a)');",
      "CREATE TABLE t(a); DELETE FROM t;",
      "CREATE TABLE t(a); DROP TABLE t;",
      "CREATE TABLE t(a); UPDATE t SET a = 1;",
      "CREATE TABLE t(a); ALTER TABLE t RENAME TO u;",
      "CREATE TABLE t(a); INSERT INTO t VALUES(load_extension('x'));",
      "CREATE TABLE t(a); INSERT INTO t VALUES(randomblob(1000000000));",
      "CREATE TABLE t(a); INSERT INTO t VALUES(writefile('" + file + "','x'));",
      "CREATE TABLE t(a); INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c;",
      "CREATE VIRTUAL TABLE t USING fts5(a);",
      "CREATE TEMP TABLE t(a);",
      "CREATE TABLE t(a); INSERT INTO t VALUES(1); ANALYZE;",
      "DETACH main;",
  };
  for (const std::string& sql : hostile) {
    const auto db = load(sql);
    ASSERT_FALSE(db.has_value()) << sql;
    EXPECT_NE(db.error().to_string().find("line 1: "), std::string::npos) << db.error().to_string();
    EXPECT_FALSE(std::filesystem::exists(file)) << sql;
  }
}

TEST(SqliteDump, BadTextIsAnErrorWithItsLine) {
  const auto error = [](std::string_view text) {
    const auto db = load(text);
    return db ? "" : db.error().to_string();
  };
  EXPECT_NE(error("CREATE TABLE t(a);\n\nINSERT INTO u VALUES(1);\n").find("line 3: "), std::string::npos);
  EXPECT_NE(error("garbage").find("cut short"), std::string::npos);
  EXPECT_NE(error("CREATE TABLE t(a); INSERT INTO t VALUES('x").find("cut short"), std::string::npos);
  EXPECT_NE(error("BEGIN; CREATE TABLE t(a);").find("COMMIT"), std::string::npos);
  EXPECT_EQ(error(""), "");
  EXPECT_EQ(error("-- nothing"), "");
}

}  // namespace
}  // namespace oreum::db
