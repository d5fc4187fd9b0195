#include "migrate/verifier.h"

#include <set>

#include <fmt/core.h>

#include "base/fault.h"
#include "migrate/fault_points.h"
#include "migrate/rolled_verifier.h"

namespace oreum::migrate {

namespace {

constexpr int kRounds = 4;                 // of one window
constexpr size_t kMostFindings = 20;       // that are kept in words
constexpr size_t kMostMismatches = 5'000;  // of one round; the next round finds the others

std::string range_text(Range range) {
  return fmt::format("{} to {}", range.from == TimestampMs::min() ? "the beginning" : format_rfc3339(range.from),
                     range.to == TimestampMs::max() ? "the end" : format_rfc3339(range.to));
}

}  // namespace

std::vector<Window> Verifier::windows() const {
  std::set<int64_t> days;
  for (const storage::Store* store : {&from_, &to_}) {
    for (const auto& [day, samples] : const_cast<storage::Store*>(store)->migratable()->packed_days()) days.insert(day);
  }
  return windows_of(days);
}

Result<Verified> Verifier::run(const Progress& progress) {
  result_ = {};
  // What is in memory goes into packs, so that the days of packs are all there are, but for what comes meanwhile.
  TRY(from_.seal());
  TRY(follower_.follow_to(from_.migratable()->position()));
  TRY(to_.seal());
  RolledVerifier rolled(*from_.migratable(), *to_.migratable(), [this](std::string text) { finding(std::move(text)); });
  const std::vector<Window> raw = windows();
  const std::vector<RolledVerifier::Window> rollups = rolled.windows();
  const size_t all = raw.size() + rollups.size();
  const auto next = [&]() -> Status {
    ++result_.windows;
    TRY(fault::point(kFaultVerifyAfterWindow));
    return progress(result_.windows, all, result_);
  };
  TRY(progress(0, all, result_));
  for (const Window& window : raw) {
    TRY(verify(window));
    TRY(next());
  }
  for (const RolledVerifier::Window& window : rollups) {
    TRY_ASSIGN(const bool mended, rolled.verify(window));
    if (mended) ++result_.repaired;
    TRY(next());
  }
  TRY(verify_audit());
  return std::move(result_);
}

Status Verifier::verify_audit() {
  TRY_ASSIGN(const storage::Extras expected, from_.migratable()->extras());
  TRY_ASSIGN(const storage::Extras found, to_.migratable()->extras());
  std::multiset<storage::AuditRow> there(found.audit.begin(), found.audit.end());
  size_t missing = 0;
  for (const storage::AuditRow& row : expected.audit) {
    if (const auto it = there.find(row); it != there.end()) {
      there.erase(it);
    } else {
      ++missing;
    }
  }
  if (missing == 0) return {};
  finding(fmt::format("{} rows of the audit log are missing", missing));
  ++result_.repaired;
  return follower_.copy_audit();
}

Status Verifier::verify(const Window& window) {
  for (int round = 0; round < kRounds; ++round) {
    TRY_ASSIGN(const bool clean, verify_once(window));
    if (clean) return {};
  }
  return Error(Code::kDataLoss,
               fmt::format("the stores differ from {} and copying again does not help: {}", range_text(window.range),
                           result_.findings.empty() ? "no finding" : result_.findings.back()));
}

Result<bool> Verifier::verify_once(const Window& window) {
  uint64_t packed = 0;
  if (window.day) {
    // Taken before the window is read: what is read later has at least these samples.
    const auto days = to_.migratable()->packed_days();
    const auto it = days.find(*window.day);
    packed = it == days.end() ? 0 : it->second;
  }
  std::vector<Mismatch> mismatches;
  TRY_ASSIGN(const Compared seen, compare_now(window.range, {}, mismatches));
  bool clean = true;
  bool damaged = false;
  for (const Mismatch& mismatch : mismatches) {
    damaged = damaged || mismatch.damaged;
    Pair pair;
    TRY(read_both(mismatch.series, window.range, pair));
    clean = false;
    finding(fmt::format("{} from {}: {} samples expected, {}", mismatch.series.labels.to_string(),
                        range_text(window.range), pair.expected.count,
                        pair.damaged                              ? "damaged ones found"
                        : pair.expected.count == pair.found.count ? "as many but others found"
                                                                  : fmt::format("{} found", pair.found.count)));
    if (pair.damaged) {
      TRY(to_.migratable()->drop_damaged(window.range.from, window.range.to));
      TRY(read_both(mismatch.series, window.range, pair));
    }
    if (pair.damaged || pair.expected != pair.found) {
      TRY(copy_again(mismatch.series, window.range, pair.samples));
    }
    ++result_.repaired;
  }
  if (!damaged && seen.found < packed) {
    clean = false;
    TRY(repair_doubled(window, packed - seen.found));
  }
  if (clean) {
    result_.series += seen.series;
    result_.samples += seen.expected;
  }
  return clean;
}

Result<Compared> Verifier::compare_now(Range range, std::span<const model::Matcher> matchers,
                                       std::vector<Mismatch>& mismatches) {
  // The source goes on meanwhile; the target does only when this thread lets it.
  TRY_ASSIGN(const storage::Positioned expected, from_.migratable()->select_at(matchers, range.from, range.to));
  TRY(follower_.follow_to(expected.position));
  TRY_ASSIGN(const auto querier, to_.querier(range.from, range.to));
  TRY_ASSIGN(const auto found, querier->select(matchers));
  // What queries keep in memory stays. The target's packs are what they will ask for after the switch.
  expected.set->read_once();
  return compare(*expected.set, *found, [&](const Mismatch& mismatch) -> Status {
    if (mismatches.size() < kMostMismatches) mismatches.push_back(mismatch);
    return {};
  });
}

Status Verifier::read_both(const model::Series& series, Range range, Pair& pair) {
  TRY_ASSIGN(const storage::Positioned source,
             from_.migratable()->select_at(matchers_of(series.labels), range.from, range.to));
  if (Status status = read_one(*source.set, series, pair.samples); !status) {
    return Error(std::move(status).error()).wrap("reading the store of record");
  }
  pair.expected = digest_of(pair.samples);
  TRY(follower_.follow_to(source.position));
  storage::Columns found;
  const Status status = read_one(to_, series, range, found);
  if (!status && status.error().code() != Code::kDataLoss) return status;
  pair.damaged = !status;
  pair.found = status ? digest_of(found) : SeriesDigest{};
  return {};
}

Status Verifier::copy_again(const model::Series& series, Range range, const storage::Columns& samples) {
  storage::Migratable& target = *to_.migratable();
  TRY(target.erase(series.id, range.from, range.to));
  constexpr size_t kAtOnce = 20'000;
  model::Batch batch;
  for (size_t i = 0; i < samples.t.size(); ++i) {
    batch.add(series, {samples.t[i]}, samples.v[i]);
    if (batch.size() < kAtOnce && i + 1 < samples.t.size()) continue;
    TRY(target.apply(batch, [](const storage::AppendResult&) { return std::vector<storage::Record>(); }));
    batch.clear();
  }
  return {};
}

/// The packs of the day hold more samples than reading them gives: some are there twice. Which ones nobody says, so all
/// series of the day are copied again.
Status Verifier::repair_doubled(const Window& window, uint64_t extra) {
  finding(fmt::format("{} samples from {} are there twice", extra, range_text(window.range)));
  std::vector<model::Series> all;
  {
    TRY_ASSIGN(const auto querier, to_.querier(window.range.from, window.range.to));
    TRY_ASSIGN(const auto set, querier->select({}));
    while (set->next()) {
      TRY_ASSIGN(const bool some, set->may_have_samples());
      if (some) all.push_back(set->series());
    }
  }
  for (const model::Series& series : all) {
    Pair pair;
    TRY(read_both(series, window.range, pair));
    TRY(copy_again(series, window.range, pair.samples));
  }
  ++result_.repaired;
  return {};
}

Result<Compared> Verifier::look(Range range, std::span<const model::Matcher> matchers) {
  std::vector<Mismatch> mismatches;
  return compare_now(range, matchers, mismatches);
}

void Verifier::finding(std::string text) {
  if (result_.findings.size() < kMostFindings) result_.findings.push_back(std::move(text));
}

}  // namespace oreum::migrate
