// What an import reads: a file or standard input, as pieces or as lines, gzip and zstd undone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum::transfer {

/// Packed input is known by its first bytes, not by its name, so that standard input may be packed, too. Not
/// thread-safe.
class Source {
 public:
  /// "-" is standard input.
  static Result<Source> open(const std::string& path);
  Source(Source&&) noexcept;
  Source& operator=(Source&&) noexcept;
  ~Source();

  /// The next unpacked bytes; 0 at the end. kInvalidArgument: packed badly, or cut short.
  Result<size_t> read(std::span<char> into);
  /// The first bytes (at most `n`), which stay to be read.
  Result<std::string_view> peek(size_t n);

  uint64_t bytes_read() const;                  // of the file as it lies
  std::optional<uint64_t> bytes_total() const;  // unknown of a pipe
  const std::string& name() const;              // "file.om", "standard input"

 private:
  struct Impl;
  explicit Source(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct Line {
  std::string_view text;  // without its line feed; good until the next one is asked for
  uint64_t number = 0;    // from 1
  bool ended = true;      // false: the input ended before a line feed came
  bool too_long = false;  // the text is then its beginning; the rest was read over
};

/// Not thread-safe. The source must outlive it.
class LineReader {
 public:
  explicit LineReader(Source& source, size_t max_line = size_t{16} << 20) : source_(source), max_line_(max_line) {}

  /// Empty at the end.
  Result<std::optional<Line>> next();

 private:
  Result<bool> fill();
  Result<std::optional<Line>> overlong();

  Source& source_;
  const size_t max_line_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t scanned_ = 0;  // there is no line feed between begin_ and here
  uint64_t number_ = 0;
};

}  // namespace oreum::transfer
