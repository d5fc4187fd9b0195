#include "backup/manifest.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "base/number.h"
#include "encoding/json_writer.h"

namespace oreum::backup {

namespace {

namespace json = boost::json;
using encoding::JsonWriter;

constexpr uint64_t kFormat = 1;
constexpr std::array<std::string_view, 3> kResolutions{"raw", "1m", "1h"};
constexpr std::array<std::string_view, 2> kOrigins{"schedule", "hand"};

std::string hex(uint64_t v) { return fmt::format("{:016x}", v); }

void write_packs(JsonWriter& out, const storage::StoreSummary& content) {
  out.key("packs").begin_object();
  for (size_t i = 0; i < kResolutions.size(); ++i) {
    const storage::PackSummary& packs = content.packs.at(i);
    out.key(kResolutions.at(i)).begin_object().member("packs", packs.packs).member("samples", packs.samples);
    out.member("digest", hex(packs.digest)).end_object();
  }
  out.end_object();
}

void write_content(JsonWriter& out, const storage::StoreSummary& content) {
  out.member("instance_id", content.instance_id).member("engine", "sqlite").member("schema", content.schema);
  out.member("series", content.series).member("samples", content.samples());
  if (content.samples() > 0) {
    out.member("t_min", format_rfc3339(content.t_min)).member("t_min_ms", content.t_min.ms);
    out.member("t_max", format_rfc3339(content.t_max)).member("t_max_ms", content.t_max.ms);
  }
  out.member("digest", hex(content.digest()));
  write_packs(out, content);
  out.key("journal").begin_object().member("rows", content.journal_rows).member("samples", content.journal_samples);
  out.member("digest", hex(content.journal_digest)).end_object();
}

// What reads it throws where the shape is another; parse_manifest() catches.

std::string text_of(const json::value& v) { return std::string(v.as_string()); }
uint64_t count_of(const json::value& v) { return v.to_number<uint64_t>(); }

[[noreturn]] void bad(const std::string& what) { throw std::invalid_argument(what); }

uint64_t digest_of(const json::value& v) {
  const std::string text = text_of(v);
  const auto digest = parse_hex(text);
  if (!digest || text.size() != 16) bad(fmt::format("\"{}\" is no digest", text));
  return *digest;
}

template <typename Names>
size_t index_of(const Names& names, const std::string& name) {
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) bad(fmt::format("\"{}\" is not known", name));
  return static_cast<size_t>(it - names.begin());
}

storage::StoreSummary read_content(const json::object& in) {
  storage::StoreSummary content;
  content.instance_id = text_of(in.at("instance_id"));
  content.schema = in.at("schema").to_number<int64_t>();
  content.series = count_of(in.at("series"));
  for (size_t i = 0; i < kResolutions.size(); ++i) {
    const json::object& packs = in.at("packs").as_object().at(kResolutions.at(i)).as_object();
    content.packs.at(i) = {count_of(packs.at("packs")), count_of(packs.at("samples")), digest_of(packs.at("digest"))};
  }
  const json::object& journal = in.at("journal").as_object();
  content.journal_rows = count_of(journal.at("rows"));
  content.journal_samples = count_of(journal.at("samples"));
  content.journal_digest = digest_of(journal.at("digest"));
  if (content.samples() != count_of(in.at("samples")) || content.digest() != digest_of(in.at("digest"))) {
    bad("the parts do not add up to samples and digest");
  }
  if (content.samples() > 0) {
    content.t_min.ms = in.at("t_min_ms").to_number<int64_t>();
    content.t_max.ms = in.at("t_max_ms").to_number<int64_t>();
  }
  return content;
}

FileEntry read_file_entry(const json::value& in) {
  FileEntry file{text_of(in.at("name")), count_of(in.at("bytes")), text_of(in.at("checksum"))};
  // It is opened, and deleted, by this name.
  if (file.name != kDatabaseName) bad(fmt::format("\"{}\" is no file of a backup", file.name));
  return file;
}

}  // namespace

uint64_t Manifest::bytes() const {
  uint64_t sum = 0;
  for (const FileEntry& file : files) sum += file.bytes;
  return sum;
}

std::string to_json(const Manifest& manifest) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("oreum_backup", kFormat).member("program", manifest.program);
  out.member("origin", kOrigins.at(static_cast<size_t>(manifest.origin)));
  out.member("created", format_rfc3339(manifest.created)).member("took_ms", manifest.took.count());
  write_content(out, manifest.content);
  out.key("files").begin_array();
  for (const FileEntry& file : manifest.files) {
    out.begin_object().member("name", file.name).member("bytes", file.bytes);
    out.member("checksum", file.checksum).end_object();
  }
  out.end_array().end_object();
  return text + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  try {
    const json::value root = json::parse(json::string_view(text.data(), text.size()));
    const json::object& in = root.as_object();
    if (const uint64_t format = count_of(in.at("oreum_backup")); format != kFormat) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("a backup of format {}, this version knows {}: use the version that made it ({})",
                               format, kFormat, in.contains("program") ? text_of(in.at("program")) : "unknown"));
    }
    Manifest manifest;
    manifest.program = text_of(in.at("program"));
    manifest.origin = static_cast<Origin>(index_of(kOrigins, text_of(in.at("origin"))));
    const Result<TimestampMs> created = parse_timestamp(text_of(in.at("created")));
    if (!created) bad(created.error().to_string());
    manifest.created = *created;
    manifest.took = milliseconds(in.at("took_ms").to_number<int64_t>());
    manifest.content = read_content(in);
    for (const json::value& file : in.at("files").as_array()) manifest.files.push_back(read_file_entry(file));
    if (manifest.files.size() != 1) bad(fmt::format("expected one file, {}", kDatabaseName));
    return manifest;
  } catch (const std::exception& e) {
    return Error(Code::kDataLoss, fmt::format("{} is damaged: {}", kManifestName, e.what()));
  }
}

}  // namespace oreum::backup
