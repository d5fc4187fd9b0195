// `oreum export openmetrics|csv`.
#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/place.h"
#include "cli/progress.h"
#include "net/client.h"
#include "promql/parse/parser.h"
#include "transfer/export.h"

namespace oreum::cli {

namespace {

using transfer::ExportFormat;

struct ExportArguments {
  PlaceFlags place;
  ExportFormat format;
  std::vector<std::string> match;
  std::string from;
  std::string to;
  std::string stale = "keep";
  std::string time = "iso";
  std::string output;
  bool quiet = false;
};

/// Standard output, or a file that appears when it is whole.
class Output {
 public:
  static Result<Output> open(const std::string& path) {
    Output out;
    if (path.empty() || path == "-") {
      out.fd_ = Fd(::dup(STDOUT_FILENO));
      return out;
    }
    out.path_ = path;
    out.fd_ = Fd(::open(out.part().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!out.fd_.valid()) return errno_error(errno, fmt::format("creating {}", out.part()));
    return out;
  }

  Status write(std::string_view text) {
    // What stands last tells whether an OpenMetrics text is whole.
    constexpr size_t kTail = 16;
    tail_.append(text.substr(text.size() - std::min(kTail, text.size())));
    tail_.erase(0, tail_.size() - std::min(kTail, tail_.size()));
    while (!text.empty()) {
      const ssize_t n = ::write(fd_.get(), text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno_error(errno, path_.empty() ? "writing to standard output" : "writing " + part());
      text.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  bool ends_with(std::string_view text) const { return tail_.ends_with(text); }

  Status finish() {
    if (path_.empty()) return {};
    if (::fsync(fd_.get()) != 0) return errno_error(errno, "syncing " + part());
    if (::rename(part().c_str(), path_.c_str()) != 0) return errno_error(errno, "renaming " + part());
    return {};
  }

 private:
  std::string part() const { return path_ + ".part"; }
  Fd fd_;
  std::string path_;
  std::string tail_;
};

Result<transfer::ExportOptions> options_of(const ExportArguments& arguments) {
  transfer::ExportOptions options;
  options.format = arguments.format;
  for (const std::string& match : arguments.match) {
    auto selector = promql::parse_matchers(match);
    if (!selector) return std::move(selector).error().wrap(fmt::format("--match {}", match));
    options.selectors.push_back(*std::move(selector));
  }
  if (!arguments.from.empty()) {
    TRY_ASSIGN(options.from, parse_timestamp(arguments.from));
  }
  if (!arguments.to.empty()) {
    TRY_ASSIGN(options.to, parse_timestamp(arguments.to));
  }
  if (options.from > options.to) return Error(Code::kInvalidArgument, "--from is later than --to");
  options.stale = arguments.stale == "keep";
  options.csv_in_ms = arguments.time == "ms";
  return options;
}

bool is_whole(const ExportArguments& arguments) {
  return arguments.match.empty() && arguments.from.empty() && arguments.to.empty();
}

Result<ProgressState> export_folder(const ExportArguments& arguments, Output& out, ProgressBar& bar) {
  TRY_ASSIGN(transfer::ExportOptions options, options_of(arguments));
  TRY_ASSIGN(const std::unique_ptr<OpenFolder> folder, open_folder(arguments.place));
  const storage::StoreStats stats = folder->store->stats();
  transfer::keep_within(options, stats);
  ProgressState state;
  if (is_whole(arguments)) state.total = stats.samples;
  TRY(transfer::export_samples(*folder->store, options,
                               [&](const std::string& piece, const transfer::ExportCounts& counts) -> Status {
                                 state.bytes = counts.bytes;
                                 state.samples = state.done = counts.samples;
                                 bar.show(state);
                                 return out.write(piece);
                               }));
  return state;
}

std::string url_of(const ExportArguments& arguments) {
  const char* format = arguments.format == ExportFormat::kCsv ? "csv" : "openmetrics";
  std::string url = fmt::format("{}/api/v1/export?format={}&stale={}&time={}", arguments.place.server, format,
                                arguments.stale, arguments.time);
  for (const std::string& match : arguments.match) url += "&match=" + net::url_encode(match);
  if (!arguments.from.empty()) url += "&from=" + net::url_encode(arguments.from);
  if (!arguments.to.empty()) url += "&to=" + net::url_encode(arguments.to);
  return url;
}

/// Counts lines that are samples, piece by piece.
class SampleCounter {
 public:
  uint64_t add(std::string_view piece) {
    uint64_t n = 0;
    while (!piece.empty()) {
      if (at_start_) comment_ = piece.front() == '#';
      const size_t end = piece.find('\n');
      at_start_ = end != std::string_view::npos;
      if (!at_start_) return n;
      if (!comment_) ++n;
      piece.remove_prefix(end + 1);
    }
    return n;
  }

 private:
  bool at_start_ = true;
  bool comment_ = false;
};

Result<ProgressState> export_server(const ExportArguments& arguments, Output& out, ProgressBar& bar) {
  TRY(options_of(arguments));  // what is wrong with them is better said here
  net::ClientRequest request;
  request.url = url_of(arguments);
  ProgressState state;
  SampleCounter counter;
  bool good = false;
  const auto take_head = [&](const net::Response& head) {
    good = head.status == 200;
    for (const auto& [name, value] : head.headers) {
      if (name == "x-oreum-samples") state.total = parse_u64(value);
    }
  };
  std::string problem;
  Status written;
  const auto take = [&](std::string_view piece) {
    if (!good) {
      problem += piece;
      return problem.size() < 1000;
    }
    state.bytes += piece.size();
    state.samples += counter.add(piece);
    state.done = state.samples;
    bar.show(state);
    written = out.write(piece);
    return written.has_value();
  };
  request.timeout = std::chrono::minutes(5);
  const Result<net::Response> response = net::fetch_stream(request, take, {}, take_head);
  if (!response) {
    return state.bytes > 0 ? Error(response.error()).wrap("the export is not complete")
                           : no_server(response.error(), arguments.place);
  }
  TRY(written);
  if (response->status != 200) {
    return Error(response->status < 500 ? Code::kInvalidArgument : Code::kUnavailable,
                 fmt::format("{} answered {}: {}", arguments.place.server, response->status, problem.substr(0, 500)));
  }
  if (arguments.format == ExportFormat::kCsv) state.samples -= state.samples > 0 ? 1 : 0;  // the column names
  return state;
}

Status run_export(const ExportArguments& arguments) {
  TRY_ASSIGN(Output out, Output::open(arguments.output));
  ProgressBar bar(arguments.quiet || (arguments.output.empty() && ::isatty(STDOUT_FILENO) == 1));
  Result<ProgressState> state =
      arguments.place.folder() ? export_folder(arguments, out, bar) : export_server(arguments, out, bar);
  bar.finish();
  TRY(state);
  if (arguments.format == ExportFormat::kOpenMetrics && !out.ends_with("# EOF\n")) {
    return Error(Code::kUnavailable, "the export is not complete: it has no # EOF");
  }
  TRY(out.finish());
  if (!arguments.quiet) fmt::print(stderr, "oreum: exported {}\n", progress_text(*state, bar.elapsed()));
  return {};
}

void add_format(CLI::App& parent, int& exit_code, const std::string& name, ExportFormat format,
                const std::string& what) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->footer(
      fmt::format("Comes from the server at --server, or with --data straight from a folder that no Oreum is using.\n"
                  "A file of -o appears when it is whole; until then it is called FILE.part. An export that was "
                  "stopped is started\n"
                  "again.\n\nExample:\n"
                  "  oreum export {0} -o all.{1}\n"
                  "  oreum export {0} --match 'node_load1' --match '{{job=\"api\"}}' --from 2026-01-01T00:00:00Z | "
                  "gzip > some.{1}.gz\n"
                  "  oreum export {0} --data /var/lib/oreum -o all.{1}",
                  name, format == ExportFormat::kCsv ? "csv" : "om"));
  auto arguments = std::make_shared<ExportArguments>();
  arguments->format = format;
  command->add_option("--match", arguments->match, "Only series that match this selector, or another --match")
      ->type_name("SELECTOR");
  command->add_option("--from", arguments->from, "Only samples from this time on (RFC 3339 or Unix seconds)")
      ->type_name("TIME");
  command->add_option("--to", arguments->to, "Only samples up to this time")->type_name("TIME");
  command->add_option("-o,--output", arguments->output, "Write to this file instead of standard output")
      ->type_name("FILE");
  if (format == ExportFormat::kCsv) {
    command->add_option("--time", arguments->time, "iso: 2026-01-31T12:00:00.000Z; ms: Unix milliseconds")
        ->check(CLI::IsMember({"iso", "ms"}))
        ->capture_default_str();
  } else {
    command
        ->add_option("--stale", arguments->stale,
                     "Markers of series that ended: keep, so that an import is exact, or drop, for other programs, "
                     "which would take them for NaN")
        ->check(CLI::IsMember({"keep", "drop"}))
        ->capture_default_str();
  }
  command->add_flag("--quiet", arguments->quiet, "No progress");
  arguments->place.add_to(*command, false);
  command->callback([arguments, &exit_code] {
    const Status done = run_export(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
}

}  // namespace

void add_export(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("export", "Write stored samples to a file");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  oreum export openmetrics -o all.om\n  oreum export csv --match 'node_load1' -o load.csv");
  add_format(*command, exit_code, "openmetrics", ExportFormat::kOpenMetrics,
             "As OpenMetrics: exact, for Oreum and others");
  add_format(*command, exit_code, "csv", ExportFormat::kCsv, "As CSV: time,metric,labels,value");
}

}  // namespace oreum::cli
