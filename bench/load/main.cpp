#include <cstdio>

#include <fmt/core.h>

#include "base/number.h"
#include "load/commands.h"

namespace oreum::bench {

Arguments::Arguments(int argc, char** argv) {
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    const size_t equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string_view::npos) continue;
    values_[std::string(argument.substr(2, equals - 2))] = argument.substr(equals + 1);
  }
}

std::string Arguments::text(const std::string& name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::string() : it->second;
}

int64_t Arguments::number(const std::string& name, int64_t otherwise) const {
  return parse_i64(text(name)).value_or(otherwise);
}

namespace {

Status run(std::string_view command, const Arguments& arguments) {
  if (command == "encode") return encode(arguments);
  if (command == "send") return send(arguments);
  if (command == "fill") return fill(arguments);
  if (command == "settle") return settle(arguments);
  if (command == "range") return range(arguments);
  if (command == "index") return index(arguments);
  if (command == "rollups") return rollups(arguments);
  if (command == "backup") return backup(arguments);
  if (command == "stalls") return stalls(arguments);
  return Error(Code::kInvalidArgument,
               "usage: bench_load encode|send|fill|settle|range|index|rollups|backup|stalls --name=value … "
               "(bench/load/commands.h)");
}

}  // namespace
}  // namespace oreum::bench

int main(int argc, char** argv) {
  const oreum::Status status = oreum::bench::run(argc > 1 ? argv[1] : "", oreum::bench::Arguments(argc, argv));
  if (status) return 0;
  fmt::print(stderr, "bench_load: {}\n", status.error().to_string());
  return 1;
}
