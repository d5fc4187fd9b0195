#include "transfer/legacy_import.h"

#include <array>
#include <memory>
#include <unordered_map>

#include <fmt/core.h>

#include "base/clock.h"
#include "base/number.h"
#include "db/sqlite.h"
#include "db/sqlite_dump.h"
#include "transfer/legacy_value.h"

namespace oreum::transfer {

namespace {

using db::Database;
using db::Statement;

constexpr std::array<std::string_view, 5> kColumns{"id", "timestamp", "metric_type", "host", "value"};
constexpr size_t kMaxRemembered = 100'000;  // series

Result<Database> open_database(Source& source, const std::string& file) {
  TRY_ASSIGN(const std::string_view start, source.peek(16));
  if (start.starts_with("SQLite format 3")) return Database::open(file, Database::Mode::kReadOnly);
  TRY_ASSIGN(db::DumpLoader loader, db::DumpLoader::open());
  std::string piece(size_t{64} << 10, '\0');
  for (;;) {
    TRY_ASSIGN(const size_t n, source.read(piece));
    if (n == 0) break;
    TRY(loader.feed(std::string_view(piece).substr(0, n)));
  }
  return loader.finish();
}

/// The table must be one: a view could compute for ever.
Status check_schema(Database& db) {
  TRY_ASSIGN(const int64_t tables,
             db.query_int("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'metrics'"));
  if (tables == 0) return Error(Code::kInvalidArgument, "there is no table metrics in it");
  for (const std::string_view column : kColumns) {
    // In double quotes a name that is no column would be taken as text.
    if (!db.prepare(fmt::format("SELECT metrics.{} FROM metrics LIMIT 0", column))) {
      return Error(Code::kInvalidArgument, fmt::format("its table metrics has no column {}", column));
    }
  }
  return {};
}

TimeCell time_cell(const Statement& row, int at) {
  switch (row.column_type(at)) {
    case Statement::Type::kInteger: return {TimeCell::Type::kInteger, {}, row.column_int(at)};
    case Statement::Type::kReal: return {TimeCell::Type::kReal, {}, 0, row.column_double(at)};
    case Statement::Type::kText: return {TimeCell::Type::kText, row.column_bytes(at)};
    default: return {};
  }
}

std::string row_text(const Statement& row) {
  std::string out;
  for (size_t i = 0; i < kColumns.size(); ++i) {
    out += fmt::format("{}{}=", i > 0 ? " " : "", kColumns.at(i));
    for (const char c : row.column_bytes(static_cast<int>(i))) {
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
  }
  return out;
}

class LegacyImport {
 public:
  LegacyImport(Database& db, TimeColumn times, const LegacyOptions& legacy, Target& target,
               const ImportOptions& options, ImportReport& report, uint64_t bytes)
      : db_(db),
        times_(std::move(times)),
        legacy_(legacy),
        options_(options),
        report_(report),
        loader_(target, report, options.batch_samples),
        bytes_(bytes) {}

  Status run() {
    TRY(look_at_times());
    TRY_ASSIGN(Statement rows, db_.prepare("SELECT id, timestamp, metric_type, host, value FROM metrics"));
    Status done = take_all(rows);
    for (std::string& note : times_.notes()) report_.notes.push_back(std::move(note));
    return done;
  }

 private:
  Status look_at_times() {
    TRY_ASSIGN(Statement rows, db_.prepare("SELECT timestamp FROM metrics"));
    for (;;) {
      TRY_ASSIGN(const bool more, rows.step());
      if (!more) break;
      times_.see(++row_count_, time_cell(rows, 0));
    }
    return times_.decide();
  }

  Status take_all(Statement& rows) {
    for (;;) {
      TRY_ASSIGN(const bool more, rows.step());
      if (!more) return flush();
      ++report_.rows;
      if (Status taken = take(rows); !taken) TRY(refuse(rows, taken.error().message()));
      if (loader_.full()) TRY(flush());
    }
  }

  Status take(const Statement& row) {
    TRY_ASSIGN(const TimestampMs t, times_.read(time_cell(row, 1)));
    std::string_view host = trim(row.column_bytes(3));
    if (host.empty()) host = legacy_.instance;
    if (host.empty()) return Error(Code::kInvalidArgument, "no host (--instance gives such rows one)");
    if (!model::is_valid_utf8(host)) return Error(Code::kInvalidArgument, "the host is not UTF-8");
    TRY_ASSIGN(const std::vector<LegacySample> samples, read_legacy_value(row.column_bytes(2), row.column_bytes(4)));
    for (const LegacySample& sample : samples) loader_.add(series_of(sample, host), t, sample.value);
    return {};
  }

  const model::Series& series_of(const LegacySample& sample, std::string_view host) {
    std::vector<model::Label> labels{{model::kMetricName, sample.metric}, {"instance", host}, {"job", legacy_.job}};
    for (const auto& [name, value] : sample.labels) labels.push_back({name, value});
    model::Labels all = model::Labels::of(labels);
    auto found = series_.find(all.encoded());
    if (found == series_.end()) {
      std::string key = all.encoded();
      found = series_.emplace(std::move(key), std::make_unique<const model::Series>(std::move(all))).first;
    }
    return *found->second;
  }

  Status refuse(const Statement& row, std::string_view reason) {
    ++report_.rejected;
    const std::string where = fmt::format("row {} (id {}): {}", report_.rows, row.column_bytes(0), reason);
    if (options_.reject) return options_.reject(row_text(row), where);
    TRY(flush());
    return Error(Code::kInvalidArgument, where + " (--reject FILE puts such rows there and goes on)");
  }

  Status flush() {
    TRY(loader_.flush());
    if (series_.size() > kMaxRemembered) series_.clear();
    // Rows stand for bytes: SQLite does not say where it reads.
    if (options_.progress && row_count_ > 0) options_.progress(report_, bytes_ * report_.rows / row_count_);
    return {};
  }

  Database& db_;
  TimeColumn times_;
  const LegacyOptions& legacy_;
  const ImportOptions& options_;
  ImportReport& report_;
  Loader loader_;
  const uint64_t bytes_;
  uint64_t row_count_ = 0;
  std::unordered_map<std::string, std::unique_ptr<const model::Series>> series_;  // by encoded labels
};

}  // namespace

Status import_legacy(Source& source, const LegacyOptions& legacy, Target& target, const ImportOptions& options,
                     ImportReport& report) {
  TRY_ASSIGN(TimeColumn times, TimeColumn::make(legacy.times, SystemClock().now()));
  auto db = open_database(source, legacy.file);
  if (!db) return std::move(db).error().wrap(fmt::format("reading {}", source.name()));
  Status done = check_schema(*db);
  if (done) {
    done = LegacyImport(*db, std::move(times), legacy, target, options, report, source.bytes_total().value_or(0)).run();
  }
  if (!done) return std::move(done).error().wrap(source.name());
  return {};
}

}  // namespace oreum::transfer
