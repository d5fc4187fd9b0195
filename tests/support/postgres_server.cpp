#include "support/postgres_server.h"

#include <fmt/core.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

namespace oreum::test {

namespace {

constexpr uid_t kNobody = 65534;

/// The newest of Debian's, or what OREUM_POSTGRES_BIN names.
std::optional<std::filesystem::path> find_programs() {
  if (const char* named = std::getenv("OREUM_POSTGRES_BIN")) return named;  // NOLINT(concurrency-mt-unsafe)
  std::optional<std::filesystem::path> found;
  int newest = 0;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ec)) {
    const int version = std::atoi(entry.path().filename().c_str());  // NOLINT(cert-err34-c): not a number is 0
    if (version <= newest || !std::filesystem::exists(entry.path() / "bin/initdb", ec)) continue;
    newest = version;
    found = entry.path() / "bin";
  }
  return found;
}

}  // namespace

std::unique_ptr<PostgresServer> PostgresServer::make(const std::vector<std::string>& settings) {
  const auto programs = find_programs();
  if (!programs) {
    const bool needed = std::getenv("OREUM_NEEDS_SERVERS") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    OREUM_CHECK(!needed, "no PostgreSQL server is installed (Debian: postgresql)");
    return nullptr;
  }
  std::unique_ptr<PostgresServer> server(new PostgresServer(*programs, settings));
  server->start();
  return server;
}

PostgresServer* PostgresServer::shared() {
  static const std::unique_ptr<PostgresServer> server = make();
  return server.get();
}

PostgresServer::PostgresServer(std::filesystem::path programs, std::vector<std::string> settings)
    : programs_(std::move(programs)), settings_(std::move(settings)) {
  if (::geteuid() == 0) OREUM_CHECK(::chown(dir_.path().c_str(), kNobody, kNobody) == 0, "chown");
  const int code =
      run({"initdb", "-D", dir_ / "data", "-U", "admin", "-A", "trust", "-N", "-E", "UTF8", "--no-locale"});
  OREUM_CHECK(code == 0, "initdb failed");
}

PostgresServer::~PostgresServer() { end(SIGQUIT); }

std::string PostgresServer::address(const std::string& database, const std::string& user) const {
  return "host=" + dir_.path().string() + " user=" + user + " dbname=" + database;
}

std::string PostgresServer::url(const std::string& database, const std::string& user) const {
  return "postgres://" + user + "@/" + database + "?host=" + dir_.path().string();
}

pid_t PostgresServer::spawn(const std::vector<std::string>& command) const {
  std::vector<std::string> words = command;
  words[0] = programs_ / command[0];
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string log = dir_ / "log";
  const pid_t pid = ::fork();
  OREUM_CHECK(pid >= 0, "fork");
  if (pid > 0) return pid;
  if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // it does not outlive the test
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (::chdir(dir_.path().c_str()) != 0) ::_exit(126);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

int PostgresServer::run(const std::vector<std::string>& command) const {
  int status = 0;
  const pid_t pid = spawn(command);
  OREUM_CHECK(::waitpid(pid, &status, 0) == pid, "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void PostgresServer::start() {
  // fsync off: what the kernel has survives every death that a test deals.
  std::vector<std::string> command{"postgres",          "-D", dir_ / "data", "-k", dir_.path(),           "-c",
                                   "listen_addresses=", "-c", "fsync=off",   "-c", "shared_buffers=32MB", "-c",
                                   "max_wal_size=256MB"};
  for (const std::string& setting : settings_) {
    command.emplace_back("-c");
    command.push_back(setting);
  }
  pid_ = spawn(command);
  constexpr int kTries = 1500;
  for (int i = 0; i < kTries; ++i) {
    if (run({"pg_isready", "-q", "-h", dir_.path()}) == 0) return;
    ::poll(nullptr, 0, 20);
    // While the children of one that was killed are still on their way out, a new one ends at once.
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) pid_ = spawn(command);
  }
  OREUM_CHECK(false, "the PostgreSQL server does not get ready");
}

bool PostgresServer::psql(const std::filesystem::path& file) const {
  // The user that psql runs as may not be let into the folder where the script is.
  const std::string copy = dir_ / "script.sql";
  std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing);
  return run({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", dir_.path(), "-U", "admin", "-d", "postgres", "-f",
              copy}) == 0;
}

void PostgresServer::freeze(bool frozen) const { ::kill(pid_, frozen ? SIGSTOP : SIGCONT); }

void PostgresServer::kill() {
  // Those that serve connections would live on for a moment, and answer.
  std::vector<pid_t> children;
  std::ifstream list(fmt::format("/proc/{0}/task/{0}/children", pid_));
  for (pid_t child = 0; list >> child;) children.push_back(child);
  end(SIGKILL);
  for (const pid_t child : children) ::kill(child, SIGKILL);
}
void PostgresServer::stop() { end(SIGINT); }

void PostgresServer::end(int signal) {
  if (pid_ == 0) return;
  ::kill(pid_, signal);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
}

}  // namespace oreum::test
