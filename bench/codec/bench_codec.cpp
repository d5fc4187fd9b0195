// What the codec does to a recorded trace: bytes a sample, by kind of column, and rates. Reads repeated records
// "# SCRAPE <unix milliseconds> <bytes>\n<exposition text>" from standard input; `./dev bench codec` feeds it.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "encoding/column/value_codec.h"
#include "encoding/pack.h"

namespace {

using oreum::encoding::Pack;
using oreum::encoding::PackBuilder;
using oreum::encoding::PackChunk;

struct Series {
  std::vector<int64_t> t;
  std::vector<double> v;
};

using Trace = std::map<std::string, Series>;

void read_page(const std::string& text, size_t at, size_t end, int64_t t, Trace& trace) {
  while (at < end) {
    const size_t stop = std::min(text.find('\n', at), end);
    const size_t space = text.rfind(' ', stop - 1);
    if (text[at] != '#' && space != std::string::npos && space > at) {
      Series& series = trace[text.substr(at, space - at)];
      series.t.push_back(t);
      series.v.push_back(std::strtod(text.c_str() + space, nullptr));
    }
    at = stop + 1;
  }
}

Trace read_trace(std::istream& in) {
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  Trace trace;
  for (size_t at = 0; at < text.size();) {
    long long t = 0;
    unsigned long long size = 0;
    const size_t start = text.find('\n', at) + 1;
    OREUM_CHECK(std::sscanf(text.substr(at, start - at).c_str(), "# SCRAPE %lld %llu", &t, &size) == 2,
                "a record's first line");
    read_page(text, start, std::min<size_t>(text.size(), start + size), t, trace);
    at = start + size;
  }
  return trace;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/// Samples a second and core, the median of several runs of at least some milliseconds each.
double rate(size_t samples, const std::function<void()>& work) {
  std::vector<double> rates;
  work();
  for (int run = 0; run < 9; ++run) {
    const double start = cpu_seconds();
    size_t rounds = 0;
    double spent = 0;
    for (; spent < 0.06; spent = cpu_seconds() - start) {
      work();
      ++rounds;
    }
    rates.push_back(static_cast<double>(samples * rounds) / spent);
  }
  std::ranges::nth_element(rates, rates.begin() + 4);
  return rates[4];
}

size_t samples_of(const Trace& trace) {
  size_t n = 0;
  for (const auto& [name, series] : trace) n += series.t.size();
  return n;
}

/// One pack with chunks of at most `chunk` samples.
std::string pack_of(const Trace& trace, size_t chunk, PackBuilder& builder) {
  uint32_t number = 0;
  for (const auto& [name, series] : trace) {
    for (size_t at = 0; at < series.t.size(); at += chunk) {
      const size_t n = std::min(chunk, series.t.size() - at);
      builder.add(number, builder.add_times(std::span(series.t).subspan(at, n)), std::span(series.v).subspan(at, n));
    }
    ++number;
  }
  return builder.finish();
}

void decode_values(const Pack& pack, std::vector<double>& v) {
  for (const PackChunk& chunk : pack.chunks()) OREUM_CHECK(pack.values(chunk, v.data()).has_value(), "values");
}

void decode_all(const Pack& pack, std::vector<int64_t>& t, std::vector<double>& v) {
  for (const PackChunk& chunk : pack.chunks()) {
    OREUM_CHECK(pack.times(chunk, t.data()).has_value(), "times");
    OREUM_CHECK(pack.values(chunk, v.data()).has_value(), "values");
  }
}

/// Stops the program unless the pack gives back what went in, to the bit.
void verify(const Pack& pack, const Trace& trace) {
  std::vector<int64_t> t(oreum::encoding::kMaxPackChunkSamples);
  std::vector<double> v(oreum::encoding::kMaxPackChunkSamples);
  uint32_t number = 0;
  for (const auto& [name, series] : trace) {
    size_t at = 0;
    for (const PackChunk& chunk : pack.of(number++)) {
      const auto times = pack.times(chunk, t.data());
      OREUM_CHECK(times.has_value() && pack.values(chunk, v.data()).has_value(), "decodes");
      OREUM_CHECK(at + chunk.count <= series.t.size(), "length of a series");
      OREUM_CHECK(std::memcmp(times->data(), series.t.data() + at, chunk.count * sizeof t[0]) == 0, "times");
      OREUM_CHECK(std::memcmp(v.data(), series.v.data() + at, chunk.count * sizeof v[0]) == 0, "values");
      at += chunk.count;
    }
    OREUM_CHECK(at == series.t.size(), "all of a series");
  }
}

void report(const char* name, const Trace& trace, size_t chunk) {
  PackBuilder builder;
  const std::string bytes = pack_of(trace, chunk, builder);
  const auto pack = Pack::open(bytes);
  OREUM_CHECK(pack.has_value(), "a pack opens");
  verify(*pack, trace);
  const size_t n = samples_of(trace);
  std::vector<int64_t> t(oreum::encoding::kMaxPackChunkSamples);
  std::vector<double> v(oreum::encoding::kMaxPackChunkSamples);
  const double encode = rate(n, [&] { pack_of(trace, chunk, builder); });
  const double values = rate(n, [&] { decode_values(*pack, v); });
  const double all = rate(n, [&] { decode_all(*pack, t, v); });
  const double open = rate(1, [&] { OREUM_CHECK(Pack::open(bytes).has_value(), "opens"); });
  std::printf("  %-9s %6zu %8zu %10zu  %7.4f %9.1f %9.0f %9.0f %9.1f\n", name, chunk, pack->chunks().size(),
              bytes.size(), static_cast<double>(bytes.size()) / static_cast<double>(n), encode / 1e6, values / 1e6,
              all / 1e6, 1e6 / open);
}

const char* kind_of(const std::string& column) {
  static const char* const kBodies[] = {"no residuals", "bit-packed", "runs", "dense tokens", "sparse tokens"};
  if ((column[0] & 8) != 0) return "constant";
  return kBodies[static_cast<unsigned char>(column[1]) >> 3 & 7];
}

void report_kinds(const Trace& trace, size_t chunk) {
  struct Share {
    size_t columns = 0;
    size_t samples = 0;
    size_t bytes = 0;
  };
  std::map<std::string, Share> shares;
  oreum::encoding::column::ValueEncoder encoder;
  for (const auto& [name, series] : trace) {
    for (size_t at = 0; at < series.v.size(); at += chunk) {
      const auto values = std::span(series.v).subspan(at, std::min(chunk, series.v.size() - at));
      std::string column;
      encoder.encode(values, column);
      static const char* const kReadings[] = {"integers", "k / 10^e", "k * 10^-e", "k / 1000 / 10^e", "bits"};
      static const char* const kPredictors[] = {"level", "change", "rise", "bend", "xor"};
      std::vector<std::string> names{kind_of(column)};
      if (names[0] != std::string("constant")) {
        names.push_back(std::string("  read as ") + kReadings[column[0] & 7]);
        names.push_back(std::string("  predicted by ") + kPredictors[column[1] & 7]);
      }
      for (const std::string& kind : names) {
        Share& share = shares[kind];
        ++share.columns;
        share.samples += values.size();
        share.bytes += column.size();
      }
    }
  }
  const auto n = static_cast<double>(samples_of(trace));
  std::printf("\n  chunks of %zu, by kind           columns   samples  bytes a sample of all\n", chunk);
  for (const auto& [kind, share] : shares) {
    std::printf("  %-28s %10zu %8.1f%%  %.4f\n", kind.c_str(), share.columns,
                100 * static_cast<double>(share.samples) / n, static_cast<double>(share.bytes) / n);
  }
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  Trace trace = read_trace(std::cin);
  std::printf("%zu samples, %zu series\n", samples_of(trace), trace.size());
  std::printf("                              bytes    bytes     million samples a second and core\n");
  std::printf("  times      chunk   chunks    in all  a sample   encode    values and times   open µs\n");
  const std::vector<size_t> sizes{120, 480, 1600, 8192};
  for (const size_t chunk : sizes) report("as read", trace, chunk);
  for (const size_t chunk : {size_t{120}, size_t{1600}}) report_kinds(trace, chunk);
  for (auto& [name, series] : trace) {
    for (int64_t& t : series.t) t -= t % 1000;
  }
  std::printf("\n");
  for (const size_t chunk : sizes) report("aligned", trace, chunk);
  return 0;
}
