// `oreum check`: of a store, walked here; of files of rules and pages of metrics.
#include <fmt/core.h>

#include "base/secret.h"
#include "cli/check_files.h"
#include "cli/command.h"
#include "encoding/json_writer.h"
#include "storage/open_store.h"

namespace oreum::cli {

namespace {

using storage::CheckReport;

void print_text(const CheckReport& report) {
  for (const storage::Finding& finding : report.findings) {
    fmt::print("PROBLEM {}\n  what to do: {}\n", finding.what, finding.advice);
  }
  if (report.problems > report.findings.size()) {
    fmt::print("… and {} more problems\n", report.problems - report.findings.size());
  }
  fmt::print("{} series, {} packs with {} samples and {} rollup rows, {} journal rows with {} samples, {} bytes\n",
             report.series, report.packs, report.pack_samples, report.rollup_rows, report.journal_rows,
             report.journal_samples, report.file_bytes);
  if (report.gone_packs > 0) {
    fmt::print("{} packs were put together or deleted while this ran, and not looked at\n", report.gone_packs);
  }
  if (report.garbage_packs > 0) fmt::print("{} packs wait to be freed\n", report.garbage_packs);
  fmt::print("{}\n", report.clean() ? "clean: every checksum, count and digest is right"
                                    : fmt::format("{} problems", report.problems));
}

void print_json(const CheckReport& report) {
  std::string out;
  encoding::JsonWriter json(out);
  json.begin_object().member("clean", report.clean()).member("problems", report.problems).key("findings").begin_array();
  for (const storage::Finding& finding : report.findings) {
    json.begin_object().member("what", finding.what).member("advice", finding.advice).end_object();
  }
  json.end_array();
  json.member("series", report.series).member("packs", report.packs).member("pack_samples", report.pack_samples);
  json.member("rollup_rows", report.rollup_rows).member("journal_rows", report.journal_rows);
  json.member("journal_samples", report.journal_samples).member("garbage_packs", report.garbage_packs);
  json.member("gone_packs", report.gone_packs);
  json.member("file_bytes", report.file_bytes).end_object();
  fmt::print("{}\n", out);
}

}  // namespace

void add_check(CLI::App& program, int& exit_code) {
  CLI::App* check = program.add_subcommand("check", "Check what Oreum keeps, files of rules, pages of metrics");
  check->require_subcommand(1);
  check->footer("Example:\n  oreum check store\n  oreum check rules alerts.yml\n  oreum check metrics node.prom");
  add_check_rules(*check, exit_code);
  add_check_metrics(*check, exit_code);
  CLI::App* store = check->add_subcommand("store", "Read a whole store: checksums, counts, digests, doubled samples");
  store->footer(
      "Reads only, as of one moment; an Oreum may run on it meanwhile. Of a store in PostgreSQL it needs to be allowed "
      "to "
      "read no more than its schema. Exit code 1 when there are problems.\n\n"
      "Example:\n  oreum check store --data /var/lib/oreum\n  oreum check store --store postgres://oreum@db/metrics");
  auto flags = std::make_shared<ConfigFlags>();
  flags->add_to(*store);
  auto as_json = std::make_shared<bool>(false);
  store->add_flag("--json", *as_json, "Print the report as JSON");
  store->callback([flags, as_json, &exit_code] {
    exit_code = flags->with_config([&](const config::Loaded& loaded) -> Status {
      const std::string url = loaded.config.store_url();
      TRY_ASSIGN(const CheckReport report, storage::check_store(url));
      *as_json ? print_json(report) : print_text(report);
      if (report.clean()) return {};
      return Error(Code::kDataLoss, fmt::format("{} problems in {}", report.problems, without_password(url)));
    });
  });
}

}  // namespace oreum::cli
