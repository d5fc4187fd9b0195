// Which series of a snapshot a subscriber wants.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "collect/reading.h"
#include "net/http.h"
#include "storage/match.h"

namespace oreum::api {

/// Looks for the wanted series once a shape, not once a snapshot. Not thread-safe.
class StreamSelection {
 public:
  /// From the parameters metrics and match; kInvalidArgument names the bad one.
  static Result<StreamSelection> parse(const net::Request& request);

  /// {"time": ms, "series": [{"metric", "labels", "value"}]}
  std::string render(const collect::Snapshot& snapshot);

 private:
  /// The wanted places of one shape, each with its JSON up to the value.
  struct Chosen {
    std::shared_ptr<const collect::Shape> shape;  // held, so that the comparison of pointers means something
    struct Place {
      size_t at;
      std::string json;
    };
    std::vector<Place> places;
  };
  StreamSelection() = default;
  bool wants(const collect::Entry& entry) const;
  void choose(Chosen& chosen, const std::shared_ptr<const collect::Shape>& shape) const;

  std::set<std::string, std::less<>> names_;
  std::vector<storage::CompiledMatchers> selectors_;
  std::vector<Chosen> chosen_;  // beside the snapshot's readings
};

}  // namespace oreum::api
