// The read side of the SQLite store.
#pragma once

#include <memory>

#include "storage/sqlite/engine.h"

namespace oreum::storage {

/// See Querier. Takes a connection at the first read of a chunk and keeps its snapshot from then on; what was sealed
/// between the querier's making and that read is found through the seal nodes, so nothing is missed or torn.
class SqliteQuerier final : public Querier {
 public:
  SqliteQuerier(const SqliteEngine& engine, TimestampMs t_min, TimestampMs t_max, std::shared_ptr<const SealNode> since)
      : engine_(engine), t_min_(t_min), t_max_(t_max), since_(std::move(since)) {}
  ~SqliteQuerier() override;

  Result<std::unique_ptr<SeriesSet>> select(std::span<const model::Matcher> matchers) override;
  Result<std::vector<std::string>> label_names(std::span<const model::Matcher> matchers) override;
  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const model::Matcher> matchers) override;
  /// For its SeriesSets.
  Status read(const HeadSnapshot& series, Columns& out);

 private:
  const SqliteEngine& engine_;
  const TimestampMs t_min_;
  const TimestampMs t_max_;
  const std::shared_ptr<const SealNode> since_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace oreum::storage
