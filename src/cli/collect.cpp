// `oreum collect`: one reading of this machine on standard output.
#include <fmt/core.h>

#include "app/collecting.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "encoding/exposition.h"

namespace oreum::cli {

namespace {

std::string text_of(const collect::Snapshot& snapshot) {
  std::vector<encoding::ExpositionEntry> entries;
  std::vector<double> values;
  for (const auto& reading : snapshot.readings) {
    for (const collect::Entry& e : *reading->shape)
      entries.push_back({e.desc.name, e.desc.help, e.desc.type, &e.labels});
    values.insert(values.end(), reading->values.begin(), reading->values.end());
  }
  std::string out;
  encoding::ExpositionPage(encoding::ExpositionFormat::kText, entries).render(out, values);
  return out;
}

Status collect_once(const config::Loaded& loaded) {
  log::init(loaded.config.log_level, loaded.config.log_format);
  const SystemClock clock;
  TRY_ASSIGN(const auto scheduler, collect::Scheduler::make(app::scheduler_options(loaded.config, clock)));
  fmt::print("{}", text_of(*scheduler->collect_once()));
  return {};
}

}  // namespace

void add_collect(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("collect", "Print one reading of this machine, as /metrics shows it");
  command->footer("Example:\n  oreum collect\n  oreum collect --procfs /host/proc --sysfs /host/sys --rootfs /host");
  auto flags = std::make_shared<ConfigFlags>();
  flags->add_to(*command);
  command->callback([flags, &exit_code] { exit_code = flags->with_config(collect_once); });
}

}  // namespace oreum::cli
