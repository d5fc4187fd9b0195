// `oreum import openmetrics|sqlite FILE`.
#include <chrono>
#include <fstream>
#include <thread>

#include <fmt/core.h>

#include "cli/command.h"
#include "cli/place.h"
#include "cli/progress.h"
#include "transfer/import.h"
#include "transfer/legacy_import.h"

namespace oreum::cli {

namespace {

using transfer::ImportOptions;
using transfer::ImportReport;
using transfer::Source;
using transfer::Target;

struct ImportArguments {
  PlaceFlags place;
  std::string file;
  std::string reject;
  std::string format = "openmetrics";
  transfer::LegacyOptions legacy;
  std::string timestamps = "auto";
  bool quiet = false;
};

/// A server that is busy is asked again, six times in about a minute.
bool wait_before_retry(int tried) {
  constexpr int kTries = 6;
  if (tried > kTries) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(500) * (1 << tried));
  return true;
}

/// The file of what could not be read; none without --reject.
class RejectFile {
 public:
  Status open(const std::string& path) {
    if (path.empty()) return {};
    out_.open(path, std::ios::trunc);
    if (!out_) return errno_error(errno, fmt::format("creating {}", path));
    path_ = path;
    return {};
  }
  transfer::Reject taker(bool comments) {
    if (path_.empty()) return {};
    return [this, comments](std::string_view row, std::string_view reason) -> Status {
      out_ << (comments ? "# " : "") << reason << (comments ? "\n" : ": ") << row << "\n";
      return check();
    };
  }
  Status close() {
    out_.flush();
    return check();
  }

 private:
  Status check() const {
    if (path_.empty() || out_) return {};
    return Error(Code::kResourceExhausted, fmt::format("writing {} failed: is the disk full?", path_));
  }
  std::ofstream out_;
  std::string path_;
};

void print_report(const ImportReport& r, std::string_view rows, const ImportArguments& arguments) {
  for (const std::string& note : r.notes) fmt::print("{}\n", note);
  fmt::print("{} {}, {} samples: {} added, {} duplicates", grouped(r.rows), rows, grouped(r.samples), grouped(r.added),
             grouped(r.duplicates));
  if (r.conflicts > 0) fmt::print(", {} conflicts", grouped(r.conflicts));
  if (r.too_old > 0) fmt::print(", {} older than the retention", grouped(r.too_old));
  if (r.over_limit > 0) fmt::print(", {} over a limit", grouped(r.over_limit));
  fmt::print("; {} {} rejected\n", grouped(r.rejected), rows);
  if (r.rejected > 0 && !arguments.reject.empty()) fmt::print("rejected {} are in {}\n", rows, arguments.reject);
  if (!r.first_refusal.empty()) fmt::print("refused: {}\n", r.first_refusal);
  if (r.too_old > 0) {
    fmt::print("samples older than the retention are not kept: raise it ({})\n",
               arguments.place.folder() ? "--retention 0" : "`retention` of the server");
  }
}

/// What an import that did not refuse anything answers; refusals are a failure, though the rest is stored.
Status verdict(const ImportReport& report) {
  const uint64_t refused = report.conflicts + report.too_old + report.over_limit;
  if (refused == 0) return {};
  return Error(Code::kConflict, fmt::format("{} samples were refused, all others are stored", grouped(refused)));
}

using Run = std::function<Status(Source& source, Target& target, const ImportOptions& options, ImportReport& report)>;

Status import_with(const ImportArguments& arguments, bool text, const Run& run) {
  TRY_ASSIGN(Source source, Source::open(arguments.file));
  RejectFile rejects;
  TRY(rejects.open(arguments.reject));
  std::unique_ptr<OpenFolder> folder;
  if (arguments.place.folder()) {
    TRY_ASSIGN(folder, open_folder(arguments.place));
  }
  const auto target = folder ? transfer::make_store_target(*folder->store)
                             : transfer::make_server_target(arguments.place.server, wait_before_retry);
  ImportReport report;
  ProgressBar bar(arguments.quiet);
  ImportOptions options;
  options.reject = rejects.taker(text);
  options.progress = [&](const ImportReport& r, uint64_t bytes) {
    bar.show({bytes, r.samples, bytes, source.bytes_total()});
  };
  Status done = run(source, *target, options, report);
  bar.finish();
  print_report(report, text ? "lines" : "rows", arguments);
  TRY(rejects.close());
  if (!done) {
    Error error = folder ? std::move(done).error() : no_server(std::move(done).error(), arguments.place);
    if (report.samples == 0) return error;
    return std::move(error).wrap("the import stopped; what is stored stays, and the same command goes on from there");
  }
  return verdict(report);
}

Status import_openmetrics(const ImportArguments& arguments) {
  const auto format =
      arguments.format == "prometheus" ? transfer::TextFormat::kPrometheus : transfer::TextFormat::kOpenMetrics;
  return import_with(arguments, true,
                     [&](Source& source, Target& target, const ImportOptions& options, ImportReport& report) {
                       return transfer::import_text(source, format, target, options, report);
                     });
}

Status import_sqlite(const ImportArguments& arguments) {
  transfer::LegacyOptions legacy = arguments.legacy;
  TRY_ASSIGN(legacy.times.unit, transfer::parse_time_unit(arguments.timestamps));
  legacy.file = arguments.file;
  return import_with(arguments, false,
                     [&](Source& source, Target& target, const ImportOptions& options, ImportReport& report) {
                       return transfer::import_legacy(source, legacy, target, options, report);
                     });
}

void add_shared(CLI::App& command, ImportArguments& arguments, const char* rejected) {
  arguments.place.add_to(command, true);
  command
      .add_option("--reject", arguments.reject,
                  fmt::format("Write {} that cannot be read there and go on; without it the first one ends the import",
                              rejected))
      ->type_name("FILE");
  command.add_flag("--quiet", arguments.quiet, "No progress");
}

void add_openmetrics(CLI::App& import, int& exit_code) {
  CLI::App* command = import.add_subcommand("openmetrics", "Import OpenMetrics, or Prometheus' text format with times");
  command->footer(
      "Goes through the server at --server, or with --data straight into a folder that no Oreum is using.\n"
      "Importing the same file again adds nothing, so an import that was stopped is simply run again.\n"
      "Packed files (gzip, zstd) are unpacked. Every sample needs a time.\n\n"
      "Example:\n"
      "  oreum import openmetrics metrics.om\n"
      "  promtool tsdb dump data/ | oreum import openmetrics - --format prometheus\n"
      "  oreum import openmetrics old.om.zst --data /var/lib/oreum --retention 0 --reject bad-lines.om");
  auto arguments = std::make_shared<ImportArguments>();
  command->add_option("file", arguments->file, "The file; - is standard input")->required()->type_name("FILE");
  command
      ->add_option("--format", arguments->format,
                   "openmetrics: times in seconds, # EOF at the end; prometheus: times in milliseconds")
      ->check(CLI::IsMember({"openmetrics", "prometheus"}))
      ->capture_default_str();
  add_shared(*command, *arguments, "lines");
  command->callback([arguments, &exit_code] {
    const Status done = import_openmetrics(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
}

void add_sqlite(CLI::App& import, int& exit_code) {
  CLI::App* command =
      import.add_subcommand("sqlite", "Import an older monitor's SQLite database, or the .dump text of one");
  command->footer(
      "Reads the table metrics(id, timestamp, metric_type, host, value, created_at), whose value is JSON: every "
      "number\n"
      "in it becomes a sample (docs/import-export.md has the rules). Importing it again adds nothing.\n\n"
      "Example:\n"
      "  oreum import sqlite metrics.db\n"
      "  oreum import sqlite metrics.sql.gz --timezone Asia/Seoul --reject unreadable.txt\n"
      "  oreum import sqlite metrics.db --data /var/lib/oreum --retention 0");
  auto arguments = std::make_shared<ImportArguments>();
  command->add_option("file", arguments->file, "The database or its dump")->required()->type_name("FILE");
  command
      ->add_option("--timestamps", arguments->timestamps,
                   "What numbers in the column timestamp are; auto: told by their range, and refused when in doubt")
      ->check(CLI::IsMember({"auto", "s", "ms", "us", "ns"}))
      ->capture_default_str();
  command
      ->add_option("--timezone", arguments->legacy.times.zone,
                   "Of times without one: UTC, +09:00, or a name like Asia/Seoul")
      ->type_name("ZONE")
      ->capture_default_str();
  command->add_option("--instance", arguments->legacy.instance, "Label instance of rows whose host is empty")
      ->type_name("NAME");
  command->add_option("--job", arguments->legacy.job, "Label job of all series")
      ->type_name("NAME")
      ->capture_default_str();
  add_shared(*command, *arguments, "rows");
  command->callback([arguments, &exit_code] {
    const Status done = import_sqlite(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
}

}  // namespace

void add_import(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("import", "Take in samples from a file");
  command->require_subcommand(1);
  command->footer("Example:\n  oreum import openmetrics metrics.om\n  oreum import sqlite metrics.db");
  add_openmetrics(*command, exit_code);
  add_sqlite(*command, exit_code);
}

}  // namespace oreum::cli
