#include "storage/spool/known_stores.h"

#include <map>
#include <sstream>

#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"

namespace oreum::storage {

namespace {

/// By URL. Without the file, or with one that makes no sense, nothing is known.
std::map<std::string, std::string> read(const std::filesystem::path& file) {
  std::map<std::string, std::string> known;
  const Result<std::string> text = read_file(file);
  std::istringstream lines(text ? *text : std::string());
  for (std::string instance, url; lines >> instance >> std::ws && std::getline(lines, url);) known[url] = instance;
  return known;
}

}  // namespace

KnownStores::KnownStores(const std::filesystem::path& spools)
    : file_(spools.empty() ? std::filesystem::path() : spools.parent_path() / "stores") {}

std::string KnownStores::instance_at(const std::string& url) const {
  const auto known = read(file_);
  const auto it = known.find(without_password(url));
  return it == known.end() ? std::string() : it->second;
}

void KnownStores::remember(const std::string& url, const std::string& instance) const {
  if (file_.empty()) return;
  auto known = read(file_);
  std::string& here = known[without_password(url)];
  if (here == instance) return;
  here = instance;
  std::string text;
  for (const auto& [where, id] : known) text += fmt::format("{} {}\n", id, where);
  Status written = make_dirs(file_.parent_path());
  if (written) written = write_file_atomically(file_, text);
  if (!written) log::warn("remembering which store is at {}: {}", without_password(url), written.error().to_string());
}

}  // namespace oreum::storage
