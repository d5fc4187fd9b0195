// Labels, Series and SeriesId: what a series is.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oreum::model {

inline constexpr std::string_view kMetricName = "__name__";

/// One label, borrowed.
struct Label {
  std::string_view name;
  std::string_view value;
  friend auto operator<=>(const Label&, const Label&) = default;
};

/// 128-bit XXH3 of the canonical encoding of the labels: the same series has the same id in every store.
struct SeriesId {
  uint64_t hi = 0;
  uint64_t lo = 0;
  friend auto operator<=>(const SeriesId&, const SeriesId&) = default;
  /// 16 bytes, big-endian: sorts like the id.
  std::string bytes() const;
  static SeriesId from_bytes(std::string_view sixteen);
};

/// A label set in its canonical encoding: pairs sorted by name, each as varint length and bytes of the name, then of
/// the value (LEB128 lengths). One string: cheap to hash, compare and store. Immutable; names are unique; a label with
/// an empty value does not exist. Documented in docs/formats/labels.md.
class Labels {
 public:
  class Iterator {
   public:
    using value_type = Label;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    Iterator() = default;
    explicit Iterator(std::string_view rest) : rest_(rest) { read(); }
    const Label& operator*() const { return label_; }
    const Label* operator->() const { return &label_; }
    Iterator& operator++() {
      read();
      return *this;
    }
    Iterator operator++(int) {
      const Iterator was = *this;
      read();
      return was;
    }
    bool operator==(const Iterator& o) const { return done_ == o.done_ && (done_ || rest_.size() == o.rest_.size()); }

   private:
    void read();
    std::string_view rest_;
    Label label_;
    bool done_ = true;
  };

  Labels() = default;
  /// Sorts; the last of two labels of one name wins; empty values are dropped.
  static Labels of(std::span<const Label> labels);
  static Labels of(std::initializer_list<Label> labels) { return of(std::span(labels.begin(), labels.size())); }
  /// From a stored canonical encoding; kDataLoss when it is not one.
  static Result<Labels> decode(std::string_view encoded);

  const std::string& encoded() const { return encoded_; }
  /// The value, or "" when there is no such label.
  std::string_view get(std::string_view name) const;
  std::string_view metric() const { return get(kMetricName); }
  bool empty() const { return encoded_.empty(); }
  Iterator begin() const { return encoded_.empty() ? Iterator() : Iterator(encoded_); }
  Iterator end() const { return {}; }

  /// A copy with these labels set (an empty value removes).
  Labels with(std::span<const Label> labels) const;
  Labels with(std::initializer_list<Label> labels) const { return with(std::span(labels.begin(), labels.size())); }

  /// `up{instance="a",job="b"}` with values escaped, as Prometheus prints it.
  std::string to_string() const;

  bool operator==(const Labels& o) const { return encoded_ == o.encoded_; }
  /// Label by label, as Prometheus sorts series.
  std::strong_ordering operator<=>(const Labels& o) const;

 private:
  explicit Labels(std::string encoded) : encoded_(std::move(encoded)) {}
  std::string encoded_;
};

/// Hash of a canonical encoding.
SeriesId series_id(std::string_view encoded_labels);

/// A label set with its id, computed once.
struct Series {
  Labels labels;
  SeriesId id;
  explicit Series(Labels l) : labels(std::move(l)), id(series_id(labels.encoded())) {}
  Series() = default;
};

/// Metric names [a-zA-Z_:][a-zA-Z0-9_:]*, label names the same without colons: the classic rules of the text format.
bool is_valid_metric_name(std::string_view name);
bool is_valid_label_name(std::string_view name);
bool is_valid_utf8(std::string_view text);

}  // namespace oreum::model

template <>
struct std::hash<oreum::model::SeriesId> {
  size_t operator()(const oreum::model::SeriesId& id) const noexcept { return id.lo; }
};
