// A real PostgreSQL server of the test's own, in a temporary folder, reached over a socket in it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "support/temp_dir.h"

namespace oreum::test {

/// Runs as an unprivileged user when the test is root: the server insists on it. Not thread-safe.
class PostgresServer {
 public:
  /// Null when there is no PostgreSQL on this machine; with OREUM_NEEDS_SERVERS set that ends the test program.
  static std::unique_ptr<PostgresServer> make(const std::vector<std::string>& settings = {});
  /// One for the whole test program, made when it is first asked for.
  static PostgresServer* shared();
  ~PostgresServer();

  /// Of a database that is there; `user` may be another than the superuser.
  std::string address(const std::string& database = "postgres", const std::string& user = "admin") const;
  /// The same as a URL; parameters may follow behind a `&`.
  std::string url(const std::string& database = "postgres", const std::string& user = "admin") const;
  /// Kills it like a power cut, or ends it in order; start() brings it back.
  void kill();
  void stop();
  void start();
  /// Stops answering, and goes on.
  void freeze(bool frozen) const;
  /// Runs a script with psql, as the superuser; whether it went well.
  bool psql(const std::filesystem::path& file) const;

 private:
  explicit PostgresServer(std::filesystem::path programs, std::vector<std::string> settings);
  pid_t spawn(const std::vector<std::string>& command) const;
  int run(const std::vector<std::string>& command) const;
  void end(int signal);

  const std::filesystem::path programs_;
  const std::vector<std::string> settings_;
  TempDir dir_;
  pid_t pid_ = 0;
};

}  // namespace oreum::test
