// Sharing: what a database adds to Backend when several processes may have one store open at once. One of them leads;
// all append. docs/decisions/0015-several-writers.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/catalog.h"

namespace oreum::storage {

/// Key of meta: how often the leader has changed what the others know, other than by journal rows. Missing: 0.
inline constexpr std::string_view kGeneration = "generation";
/// Key of meta: the generation that last changed or took out series that were there.
inline constexpr std::string_view kSeriesGeneration = "series_generation";
/// Keys of meta: numbers that were never given yet, so that no process gives one twice. Missing: 0.
inline constexpr std::string_view kNextRef = "next_ref";
inline constexpr std::string_view kNextPack = "next_pack";

/// Thread rule: as Backend.
class Sharing {
 public:
  virtual ~Sharing() = default;

  /// Whether this process leads. It does as long as the connection lives over which it was chosen, and every
  /// transaction goes over that one: who leads no longer cannot commit any more, either.
  virtual bool leads() const = 0;
  /// Takes the lead if nobody has it; whether this process leads now.
  virtual Result<bool> try_to_lead() = 0;
  /// Lets another process lead.
  virtual Status give_up_lead() = 0;
  /// Who leads, for people: "host, pid 42"; empty when nobody does or it cannot be told.
  virtual Result<std::string> leader() = 0;
  /// The leader's: while held, followers' appends wait, and none is under way. Ends with the connection.
  virtual Status hold_appends(bool held) = 0;
  /// How many other processes have the store open now.
  virtual Result<size_t> others() = 0;

  using Row = std::function<Status(int64_t key, std::string_view bytes)>;
  /// Calls row(seq, data) for the first rows of the journal after `after`, rising, and answers the generation; all of
  /// one moment. Without a row there is none.
  virtual Result<int64_t> news(int64_t after, const Row& row) = 0;

  /// While it lives, everything the backend and this one load is of one moment. kFailedPrecondition: the tables are of
  /// another version by now, another Oreum's.
  class Moment {
   public:
    virtual ~Moment() = default;
  };
  virtual Result<std::unique_ptr<Moment>> begin_moment() = 0;
  virtual Result<std::vector<int64_t>> pack_ids() = 0;
  virtual Result<std::vector<PackPtr>> load_packs(std::span<const int64_t> ids) = 0;
  /// Calls row(first, data) for each block of series from a ref on, rising.
  virtual Status load_series_from(int64_t first, const Row& row) = 0;
};

}  // namespace oreum::storage
