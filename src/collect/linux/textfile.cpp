// Metrics that scripts and cron jobs leave behind: *.prom files in one folder, in the Prometheus text format. A file
// that has not changed since the last collection costs one stat.
#include <map>

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "base/log.h"
#include "collect/linux/collectors.h"
#include "encoding/exposition_parser.h"

namespace oreum::collect {

namespace {

using encoding::ParsedFamily;
using encoding::ParsedSample;

constexpr model::MetricDesc kMtime{"node_textfile_mtime_seconds", "Unixtime mtime of textfiles successfully read.",
                                   model::MetricType::kGauge};
constexpr model::MetricDesc kScrapeError{"node_textfile_scrape_error",
                                         "1 if there was an error opening or reading a file, 0 otherwise",
                                         model::MetricType::kGauge};

/// A file may be written again within the grain of its mtime; only an older one is taken as unchanged.
constexpr milliseconds kSettled(2000);

/// What tells that a file is another than the one that was read.
struct Identity {
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;  // moves with the rights as well
  off_t size = 0;
  ino_t inode = 0;
  bool operator==(const Identity&) const = default;
};

int64_t nanoseconds(const timespec& t) { return t.tv_sec * 1'000'000'000 + t.tv_nsec; }

Result<Identity> identify(const std::string& path) {
  struct stat s{};
  if (::stat(path.c_str(), &s) != 0) return errno_error(errno, "reading it");
  if (!S_ISREG(s.st_mode)) return Error(Code::kFailedPrecondition, "it is not a regular file");
  return Identity{nanoseconds(s.st_mtim), nanoseconds(s.st_ctim), s.st_size, s.st_ino};
}

Result<std::vector<ParsedFamily>> parse_file(const std::string& path) {
  hostfs::KeptFile file(path);
  TRY_ASSIGN(const std::string_view text, file.read());
  TRY_ASSIGN(std::vector<ParsedFamily> families, encoding::parse_exposition(text));
  for (const ParsedFamily& family : families) {
    for (const ParsedSample& sample : family.samples) {
      if (sample.t) {
        return Error(Code::kInvalidArgument,
                     fmt::format("{} carries a timestamp: the file's values are taken as of now, so it is refused",
                                 sample.name));
      }
    }
  }
  return families;
}

class Textfile final : public Collector {
 public:
  explicit Textfile(const Context& context) : directory_(context.textfile_directory), clock_(*context.clock) {}

  Status collect(Sink& sink) override {
    bool failed = !scan();
    if (changed_) plan();
    for (const Planned& planned : plan_) sink.emit(*planned.desc, planned.labels, planned.value);
    for (const auto& [path, file] : files_) {
      if (!file.error.empty()) {
        failed = true;
      } else {
        sink.emit(kMtime, {{"file", path}}, static_cast<double>(file.identity.mtime_ns) / 1e9);
      }
    }
    sink.emit(kScrapeError, failed || conflict_ ? 1 : 0);
    return {};
  }

 private:
  struct File {
    Identity identity;
    bool settled = false;  // old enough when it was read
    bool seen = false;
    std::string error;  // why it is left out
    std::vector<ParsedFamily> families;
  };
  /// A value to emit; its texts live in files_.
  struct Planned {
    const model::MetricDesc* desc;
    std::vector<model::Label> labels;
    double value;
  };
  /// A family over all files.
  struct Merged {
    model::MetricType type;
    std::optional<std::string> help;
    std::vector<std::string_view> paths;
    std::vector<const ParsedSample*> samples;
  };

  /// Brings files_ up to date; false when the folder cannot be read.
  bool scan() {
    if (directory_.empty()) return true;
    const Result<std::vector<std::string>> names = hostfs::list_dir(directory_);
    report(directory_error_, names ? std::string() : names.error().to_string(), directory_);
    for (auto& [path, file] : files_) file.seen = false;
    if (names) {
      for (const std::string& name : *names) {
        if (name.ends_with(".prom")) refresh(fmt::format("{}/{}", directory_, name));
      }
    }
    changed_ |= std::erase_if(files_, [](const auto& entry) { return !entry.second.seen; }) > 0;
    return names.has_value();
  }

  void refresh(const std::string& path) {
    File& file = files_[path];
    file.seen = true;
    const Result<Identity> identity = identify(path);
    if (identity && file.settled && file.identity == *identity) return;
    file.settled = identity && clock_.now() - TimestampMs{identity->mtime_ns / 1'000'000} > kSettled;
    file.identity = identity.value_or(Identity());
    Result<std::vector<ParsedFamily>> families =
        identity ? parse_file(path) : Result<std::vector<ParsedFamily>>(identity.error());
    report(file.error, families ? std::string() : families.error().to_string(), path);
    file.families = families ? std::move(*families) : std::vector<ParsedFamily>();
    changed_ = true;
  }

  /// Logs an error when it is new.
  static void report(std::string& known, std::string error, std::string_view where) {
    if (error != known && !error.empty()) log::warn("textfile {} is left out: {}", where, error);
    known = std::move(error);
  }

  /// Lays out what is emitted until a file changes.
  void plan() {
    changed_ = false;
    conflict_ = false;
    plan_.clear();
    std::vector<std::pair<std::string_view, Merged>> merged = merge();
    for (auto& [name, family] : merged) {
      if (!family.help) family.help = fmt::format("Metric read from {}", fmt::join(family.paths, ", "));
      for (const ParsedSample* sample : family.samples) {
        Planned planned{&descs_.get(sample->name, *family.help, family.type), {}, sample->value};
        for (const auto& [label, value] : sample->labels) planned.labels.push_back({label, value});
        plan_.push_back(std::move(planned));
      }
    }
  }

  /// Puts families of one name together. The first type and the first help stand; what contradicts them is an error,
  /// and samples of another type are left out.
  std::vector<std::pair<std::string_view, Merged>> merge() {
    std::vector<std::pair<std::string_view, Merged>> merged;
    std::map<std::string_view, size_t> places;
    for (const auto& [path, file] : files_) {
      for (const ParsedFamily& family : file.families) {
        const auto [place, added] = places.emplace(family.name, merged.size());
        if (added) merged.push_back({family.name, {family.type, {}, {}, {}}});
        Merged& into = merged[place->second].second;
        if (into.type != family.type) {
          conflict_ = true;
          continue;
        }
        if (family.help && into.help && *family.help != *into.help) conflict_ = true;
        if (family.help && !into.help) into.help = family.help;
        into.paths.push_back(path);
        for (const ParsedSample& sample : family.samples) into.samples.push_back(&sample);
      }
    }
    return merged;
  }

  const std::string directory_;
  const Clock& clock_;
  std::string directory_error_;
  std::map<std::string, File, std::less<>> files_;  // by path
  bool changed_ = false;
  bool conflict_ = false;
  DescCache descs_;
  std::vector<Planned> plan_;
};

}  // namespace

std::unique_ptr<Collector> make_textfile(const Context& context) { return std::make_unique<Textfile>(context); }

}  // namespace oreum::collect
