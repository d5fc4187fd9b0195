// Reads a line of OpenMetrics or of Prometheus' text format. Label sets seen before cost a look-up, so that long files
// cost little more than their numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "model/labels.h"
#include "transfer/text_format.h"

namespace oreum::transfer {

/// Not thread-safe.
class TextParser {
 public:
  enum class Kind {
    kSample,
    kNothing,  // a comment or an empty line
    kEnd,      // "# EOF"
  };
  struct Sample {
    const model::Series* series = nullptr;  // good until forget()
    TimestampMs t;
    double v = 0;
  };

  explicit TextParser(TextFormat format) : format_(format) {}

  /// One line without its line feed. kInvalidArgument: "column 3: expected …".
  Result<Kind> parse(std::string_view line, Sample& out);

  /// Lets go of the series when there are many. Not while a batch borrows them.
  void forget();

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };

  Result<const model::Series*> series_of(std::string_view text);

  const TextFormat format_;
  std::unordered_map<std::string, std::unique_ptr<const model::Series>, Hash, std::equal_to<>> series_;
  std::string last_text_;
  const model::Series* last_ = nullptr;
  std::string value_;  // of a label, unescaped
};

}  // namespace oreum::transfer
