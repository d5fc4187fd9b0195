// Turns a trace into the remote-write requests that agents on many hosts would send.
#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/core.h>

#include "encoding/remote_write.h"
#include "load/commands.h"
#include "load/trace.h"
#include "model/sample.h"

namespace oreum::bench {

namespace {

constexpr int64_t kSecond = 1000;

/// When host h scrapes. As recorded: the trace's own jitter around a phase within the second that is the host's (a
/// scraper spreads its targets so), but each host has it from another place of the trace, so that no two jitter alike.
/// Aligned: on the second, all of them.
class Clockwork {
 public:
  Clockwork(const Trace& trace, int64_t hosts, bool aligned) : trace_(trace), hosts_(hosts), aligned_(aligned) {}

  /// Of the trace, to the scrape that would come next.
  int64_t length() const {
    return (trace_.scrapes.back().ms / kSecond - trace_.scrapes.front().ms / kSecond + 1) * kSecond;
  }
  int64_t phase(int64_t host) const { return aligned_ ? 0 : host * kSecond / hosts_; }

  int64_t time(size_t scrape, int64_t host, int64_t round) const {
    const int64_t second = trace_.scrapes[scrape].ms / kSecond * kSecond + round * length();
    if (aligned_) return second;
    const size_t other = (scrape + static_cast<size_t>(host) * kShift) % trace_.scrapes.size();
    return second + phase(host) + trace_.scrapes[other].ms % kSecond % (kSecond / 2);
  }

 private:
  static constexpr size_t kShift = 79;  // scrapes; no divisor of a trace's length
  const Trace& trace_;
  const int64_t hosts_;
  const bool aligned_;
};

class Encoder {
 public:
  Encoder(const Trace& trace, const Arguments& a)
      : trace_(trace),
        hosts_(a.number("hosts", 22)),
        most_(static_cast<size_t>(a.number("samples", 10'000))),
        group_(static_cast<size_t>(a.number("group", 1))),
        rounds_(a.number("rounds", 1)),
        clock_(trace, hosts_, a.number("aligned", 0) != 0),
        out_(a.text("out"), std::ios::binary),
        batches_(static_cast<size_t>(a.number("streams", 4))) {
    for (int64_t host = 0; host < hosts_; ++host) name_series(host);
    if (rounds_ > 1) growth_ = growth(trace);
  }

  Status run() {
    for (; round_ < rounds_; ++round_) {
      for (size_t from = 0; from < trace_.scrapes.size(); from += group_) {
        const size_t to = std::min(from + group_, trace_.scrapes.size());
        for (int64_t host = 0; host < hosts_; ++host) add(from, to, static_cast<size_t>(host));
      }
    }
    for (size_t stream = 0; stream < batches_.size(); ++stream) write(stream);
    out_.flush();
    if (!out_) return Error(Code::kUnavailable, "cannot write the requests");
    const auto& scrapes = trace_.scrapes;
    fmt::print("{{\"samples\": {}, \"requests\": {}, \"bytes\": {}, \"series\": {}, \"from\": {}, \"to\": {}}}\n",
               samples_, requests_, bytes_, trace_.series.size() * static_cast<size_t>(hosts_), scrapes.front().ms,
               scrapes.back().ms + (rounds_ - 1) * clock_.length());
    return {};
  }

 private:
  /// By how much each series has grown over the trace, where it never fell: there the next round goes on from.
  static std::vector<double> growth(const Trace& trace) {
    struct Course {
      double first = 0;
      double last = 0;
      bool seen = false;
      bool fell = false;
    };
    std::vector<Course> courses(trace.series.size());
    for (const Scrape& scrape : trace.scrapes) {
      for (size_t i = 0; i < scrape.series.size(); ++i) {
        Course& c = courses[scrape.series[i]];
        const double v = scrape.values[i];
        if (!c.seen) c.first = v;
        c.fell |= c.seen && !(v >= c.last);
        c.last = v;
        c.seen = true;
      }
    }
    std::vector<double> grown;
    for (const Course& c : courses) grown.push_back(c.fell ? 0 : c.last - c.first);
    return grown;
  }

  void name_series(int64_t host) {
    const std::string instance = fmt::format("host-{:02}:9100", host);
    auto& named = series_.emplace_back();
    for (const LabelPairs& pairs : trace_.series) {
      std::vector<model::Label> labels;
      for (const auto& [name, value] : pairs) labels.push_back({name, value});
      labels.push_back({"instance", instance});
      labels.push_back({"job", "node"});
      named.emplace_back(model::Labels::of(labels));
    }
  }

  /// The scrapes [from, to) of a host: one sample of each series, or with groups, some of each.
  void add(size_t from, size_t to, size_t host) {
    if (to - from == 1) {
      const Scrape& scrape = trace_.scrapes[from];
      const int64_t t = clock_.time(from, static_cast<int64_t>(host), round_);
      for (size_t i = 0; i < scrape.series.size(); ++i) push(host, scrape.series[i], t, scrape.values[i]);
      return;
    }
    std::vector<std::vector<std::pair<int64_t, double>>> columns(trace_.series.size());
    for (size_t s = from; s < to; ++s) {
      const Scrape& scrape = trace_.scrapes[s];
      const int64_t t = clock_.time(s, static_cast<int64_t>(host), round_);
      for (size_t i = 0; i < scrape.series.size(); ++i) columns[scrape.series[i]].emplace_back(t, scrape.values[i]);
    }
    for (uint32_t number = 0; number < columns.size(); ++number) {
      for (const auto& [t, v] : columns[number]) push(host, number, t, v);
    }
  }

  void push(size_t host, uint32_t number, int64_t t, double v) {
    const size_t stream = host % batches_.size();
    if (round_ > 0) v += static_cast<double>(round_) * growth_[number];
    batches_[stream].add(series_[host][number], {t}, v);
    if (batches_[stream].size() == most_) write(stream);
  }

  void write(size_t stream) {
    model::Batch& batch = batches_[stream];
    if (batch.empty()) return;
    const std::string body = encoding::encode_remote_write(batch);
    const RequestHeader header{static_cast<uint32_t>(stream), static_cast<uint32_t>(batch.size()), body.size()};
    out_.write(reinterpret_cast<const char*>(&header), sizeof header);
    out_.write(body.data(), static_cast<std::streamsize>(body.size()));
    samples_ += batch.size();
    ++requests_;
    bytes_ += body.size();
    batch.clear();
  }

  const Trace& trace_;
  const int64_t hosts_;
  const size_t most_;
  const size_t group_;
  const int64_t rounds_;
  const Clockwork clock_;
  std::ofstream out_;
  std::vector<model::Batch> batches_;
  std::vector<std::vector<model::Series>> series_;  // by host and number
  std::vector<double> growth_;                      // by number
  int64_t round_ = 0;
  uint64_t samples_ = 0;
  uint64_t requests_ = 0;
  uint64_t bytes_ = 0;
};

/// A histogram of latencies of its own, which no exporter's page has: buckets that fill up at different paces.
void add_histogram(Trace& trace) {
  constexpr std::array kBounds = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                  "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
  const auto first = static_cast<uint32_t>(trace.series.size());
  for (const char* bound : kBounds)
    trace.series.push_back({{"__name__", "bench_latency_seconds_bucket"}, {"le", bound}});
  std::vector<double> counts(kBounds.size());
  for (size_t i = 0; i < trace.scrapes.size(); ++i) {
    for (size_t b = 0; b < counts.size(); ++b) {
      counts[b] += static_cast<double>((i * 7919 + b * 104729) % 5) + (b > 0 ? counts[b - 1] - counts[b] : 0.0);
      counts[b] = b > 0 ? std::max(counts[b], counts[b - 1]) : counts[b];
      trace.scrapes[i].series.push_back(first + static_cast<uint32_t>(b));
      trace.scrapes[i].values.push_back(counts[b]);
    }
  }
}

}  // namespace

Status encode(const Arguments& arguments) {
  TRY_ASSIGN(Trace trace, read_trace(arguments.text("trace")));
  if (trace.scrapes.empty()) return Error(Code::kInvalidArgument, "the trace is empty");
  if (arguments.number("histogram", 0) != 0) add_histogram(trace);
  return Encoder(trace, arguments).run();
}

}  // namespace oreum::bench
