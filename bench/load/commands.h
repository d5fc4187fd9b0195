// The subcommands of bench_load. Arguments are `--name=value`; results are one line of JSON on stdout.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum::bench {

class Arguments {
 public:
  Arguments(int argc, char** argv);
  std::string text(const std::string& name) const;
  int64_t number(const std::string& name, int64_t otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};

/// Header of a request in a file of encoded ones; the body follows. Little-endian, as this machine writes it.
struct RequestHeader {
  uint32_t stream;  // requests of a stream go over one connection, in order
  uint32_t samples;
  uint64_t size;
};

/// --trace=FILE --out=FILE [--hosts=22] [--streams=4] [--samples=10000] [--group=1] [--aligned=0]
/// [--rounds=1]: the trace so often one after the other, its counters going on. [--histogram=1] adds one
Status encode(const Arguments& arguments);
/// --file=FILE --port=N --path=/api/v1/write
Status send(const Arguments& arguments);
/// --folder=FOLDER [--days=30] [--series=10] [--bytes=N]: makes a store of samples at 1 s, of about N bytes at most.
Status fill(const Arguments& arguments);
/// --folder=FOLDER: writes out what its journal holds, and puts small packs together.
Status settle(const Arguments& arguments);
/// --folder=FOLDER [--runs=5]: opens it cold, and reads one series of it whole, cold and warm.
Status range(const Arguments& arguments);
/// --trace=FILE [--series=1000000]: bytes and times of a head of so many series [--samples=240]; with --exploded=1, of
/// one label with a value for each; with --folder=FOLDER, of a store, made and opened again.
Status index(const Arguments& arguments);
/// --folder=FOLDER [--runs=5]: makes the rollups of all days, and reads one series of it whole as minutes and as hours.
Status rollups(const Arguments& arguments);
/// --folder=FOLDER --into=FOLDER [--quiet=10]: appends to a store all the while, first --quiet seconds alone, then
/// beside a backup of it into the other folder; then verifies it and restores it there.
Status backup(const Arguments& arguments);
/// --folder=FOLDER [--seconds=10]: appends to a store all the while, beside sealing, compacting, deleting, rollups and
/// retention, each for so long; a line for each with the longest wait.
Status stalls(const Arguments& arguments);

}  // namespace oreum::bench
