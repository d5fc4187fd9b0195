// `oreum check rules` and `oreum check metrics`.
#pragma once

#include <CLI/CLI.hpp>

namespace oreum::cli {

void add_check_rules(CLI::App& check, int& exit_code);
void add_check_metrics(CLI::App& check, int& exit_code);

}  // namespace oreum::cli
