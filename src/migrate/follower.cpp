#include "migrate/follower.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "migrate/fault_points.h"

namespace oreum::migrate {

namespace {

constexpr size_t kSeriesAtOnce = 20'000;
constexpr size_t kSamplesAtOnce = 20'000;

Error not_offered(const storage::Store& store) {
  return {Code::kUnimplemented, fmt::format("a store of the kind {} cannot be migrated", store.describe())};
}

}  // namespace

Result<Follower> Follower::open(storage::Store& from, storage::Store& to, std::string id) {
  if (from.migratable() == nullptr) return not_offered(from);
  if (to.migratable() == nullptr) return not_offered(to);
  Follower follower(*from.migratable(), *to.migratable());
  follower.at_.id = std::move(id);
  TRY_ASSIGN(const std::optional<std::string> record, follower.to_->record(kRecordStream));
  if (record) {
    TRY_ASSIGN(Stream there, Stream::decode(*record));
    if (there.id == follower.at_.id) follower.at_ = std::move(there);
  }
  if (follower.at_.journal > follower.from_->position()) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("the copy has the journal up to row {}, the store it is of ends at row {}: that store was "
                             "put back to an earlier state; cancel the migration and start it again",
                             follower.at_.journal, follower.from_->position()));
  }
  follower.reader_ = follower.from_->move_reader();
  return follower;
}

storage::Record Follower::record(const Stream& stream) { return {std::string(kRecordStream), stream.encode()}; }

Status Follower::capture(std::span<const storage::Record> records) {
  TRY_ASSIGN(const int64_t position, from_->hold(records));
  TRY(fault::point(kFaultCaptureAfterHold));
  Stream next = at_;
  if (next.journal < 0) next.journal = position;
  const storage::Record put[] = {record(next), {std::string(storage::kRecordPaused), "1"}};
  TRY(to_->put_records(put));
  at_ = std::move(next);
  return {};
}

Status Follower::copy_series() {
  const std::vector<storage::SeriesPtr> all = from_->series();
  while (at_.series < all.size()) {
    const size_t n = std::min(kSeriesAtOnce, all.size() - at_.series);
    Stream next = at_;
    next.series += n;
    const storage::Record put[] = {record(next)};
    TRY(to_->put_series(std::span(all).subspan(at_.series, n), put));
    at_ = std::move(next);
    TRY(fault::point(kFaultCopyAfterSeries));
  }
  return {};
}

Status Follower::load_units() {
  if (units_loaded_) return {};
  TRY_ASSIGN(units_, reader_->units());
  all_bytes_ = all_samples_ = 0;
  for (const storage::PackPtr& unit : units_) {
    all_bytes_ += unit->bytes;
    if (unit->resolution == storage::Resolution::kRaw) all_samples_ += unit->samples;
  }
  next_unit_ = static_cast<size_t>(
      std::find_if(units_.begin(), units_.end(), [&](const auto& unit) { return unit->id > at_.unit; }) -
      units_.begin());
  units_loaded_ = true;
  return {};
}

Result<bool> Follower::copy_some(uint64_t bytes) {
  TRY(load_units());
  if (next_unit_ == units_.size()) return false;
  Stream next = at_;
  std::vector<storage::Unit> units;
  size_t i = next_unit_;
  for (uint64_t taken = 0; i < units_.size() && taken < bytes; ++i) {
    TRY_ASSIGN(storage::Unit unit, reader_->read_unit(units_[i]));
    taken += unit.bytes.size();
    next.bytes += unit.bytes.size();
    next.unit = unit.meta.id;
    ++next.units;
    if (unit.meta.resolution == storage::Resolution::kRaw) {
      next.samples += unit.meta.samples;
      next.digest += unit.meta.digest;
    }
    units.push_back(std::move(unit));
  }
  const storage::Record put[] = {record(next)};
  TRY(to_->put_units(units, put));
  at_ = std::move(next);
  next_unit_ = i;
  TRY(fault::point(kFaultCopyAfterUnits));
  return true;
}

Status Follower::copy_extras() {
  TRY_ASSIGN(const storage::Extras extras, from_->extras());
  return to_->put_extras(extras, {});
}

Status Follower::copy_audit() {
  TRY_ASSIGN(storage::Extras extras, from_->extras());
  return to_->put_extras({std::move(extras.audit), {}}, {});
}

Result<bool> Follower::follow_some() { return follow_some(INT64_MAX); }

Result<bool> Follower::follow_some(int64_t upto) {
  Stream next = at_;
  TRY_ASSIGN(const bool any, reader_->read_journal(next.journal, upto, kSamplesAtOnce, batch_));
  if (!any) return false;
  next.samples += batch_.size();
  TRY(to_->apply(batch_, [&next](const storage::AppendResult& result) {
    if (result.conflict_count > 0 && next.conflicts == 0) {
      const storage::Conflict& first = result.conflicts.front();
      next.first_conflict =
          fmt::format("{} at {}: {} there, {} sent", first.series, format_rfc3339(first.t), first.stored, first.sent);
    }
    next.conflicts += result.conflict_count;
    return std::vector<storage::Record>{record(next)};
  }));
  at_ = std::move(next);
  return true;
}

Status Follower::follow_to(int64_t position) {
  while (at_.journal < position) {
    TRY_ASSIGN(const bool any, follow_some(position));
    if (!any) {
      return Error(Code::kDataLoss, fmt::format("the journal has no row {}, though it was written", position));
    }
  }
  return {};
}

Status Follower::release() { return at_.journal < 0 ? Status() : from_->release_journal(at_.journal); }

Status Follower::forget_conflicts() {
  if (at_.conflicts == 0) return {};
  Stream next = at_;
  next.conflicts = 0;
  next.first_conflict.clear();
  const storage::Record put[] = {record(next)};
  TRY(to_->put_records(put));
  at_ = std::move(next);
  return {};
}

}  // namespace oreum::migrate
