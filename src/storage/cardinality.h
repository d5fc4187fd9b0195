// Where a store's series come from: for the person who looks for the label that explodes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oreum::storage {

struct Cardinality {
  struct Count {
    std::string name;
    uint64_t count = 0;
  };
  struct PairCount {
    std::string name;
    std::string value;
    uint64_t count = 0;
  };
  uint64_t series = 0;
  uint64_t label_names = 0;
  uint64_t label_pairs = 0;            // distinct name and value
  std::vector<Count> metrics;          // by number of series, most first; so are all of these
  std::vector<Count> labels;           // by number of distinct values
  std::vector<PairCount> pairs;        // by number of series
  std::vector<Count> labels_by_bytes;  // of the names and values in all label sets
};

}  // namespace oreum::storage
