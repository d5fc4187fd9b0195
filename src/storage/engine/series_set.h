// Series of a query, read one after the other.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "storage/chunk_reader.h"
#include "storage/engine/engine.h"
#include "storage/rollup.h"

namespace oreum::storage {

/// See SeriesSet.
class EngineSeriesSet final : public SeriesSet {
 public:
  EngineSeriesSet(const Engine& engine, TimestampMs t_min, TimestampMs t_max, Engine::View view)
      : engine_(engine), t_min_(t_min), t_max_(t_max), view_(std::move(view)) {}

  /// See Querier::only_at_hand().
  void only_at_hand() { at_hand_ = true; }
  size_t size() const { return view_.series.size(); }

  void read_once() override { once_ = std::make_unique<PackCache>(kBytesOfOnce); }
  bool next() override;
  const model::Series& series() const override { return *view_.series[next_ - 1].series; }
  Status read(Columns& out) override { return read(t_min_, t_max_, out); }
  Result<bool> may_have_samples() override;
  Result<bool> read_buckets(Resolution r, RollupUse use, std::vector<Bucket>& out) override;

 private:
  /// A series' part of a pack.
  struct Part {
    uint32_t series;  // its place in the view
    uint32_t ordinal;
    const PackPtr* pack;
  };
  /// A day of which buckets are taken from rollups: those that begin before `until`. Samples count from there on.
  struct Covered {
    int64_t day;
    int64_t until;
  };

  /// A window's packs, each of which holds many of its series.
  static constexpr size_t kBytesOfOnce = 16'000'000;

  Result<std::shared_ptr<const encoding::Pack>> load(const PackMeta& meta);
  std::span<const Part> parts(Resolution r);
  std::vector<Part> find_parts(Resolution r) const;
  static void reserve(std::span<const Part> parts, TimestampMs from, TimestampMs to, Columns& out);
  Status read(TimestampMs from, TimestampMs to, Columns& out);
  std::vector<Covered> covered(Resolution r, RollupUse use);
  bool in_head(int64_t day) const;
  Status read_rollups(Resolution r, std::span<const Covered> days, std::vector<Bucket>& out);
  Status read_between(std::span<const Covered> days, Columns& out);

  const Engine& engine_;
  const TimestampMs t_min_;
  const TimestampMs t_max_;
  Engine::View view_;
  bool at_hand_ = false;
  std::unique_ptr<PackCache> once_;  // in place of the store's, for who reads once
  size_t next_ = 0;
  ChunkReader chunks_;
  std::array<std::optional<std::vector<Part>>, 3> parts_;  // by resolution; each by series and time
  std::map<int64_t, bool> fresh_;                          // days looked at; the same for all series
};

}  // namespace oreum::storage
