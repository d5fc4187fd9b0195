#include "api/prometheus/result_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "api/prometheus/answer.h"
#include "base/number.h"
#include "encoding/json_writer.h"

namespace oreum::api::prometheus {

namespace {

using promql::Grid;
using promql::OutputMatrix;
using promql::OutputPoint;
using promql::OutputRanges;
using promql::OutputVector;

/// `[1435781430.781,"` of each point of a grid, one after the other: written once for all series.
class PointHeads {
 public:
  explicit PointHeads(const Grid& grid) {
    ends_.reserve(grid.count);
    constexpr size_t kUsual = 16;
    text_.reserve(grid.count * kUsual);
    for (size_t i = 0; i < grid.count; ++i) {
      text_ += '[';
      append_unix_seconds(text_, grid.at(i));
      text_ += ",\"";
      ends_.push_back(text_.size());
      longest_ = std::max(longest_, text_.size() - begin_of(i));
    }
  }
  std::string_view operator[](size_t i) const {
    const size_t from = begin_of(i);
    return {text_.data() + from, ends_[i] - from};
  }
  size_t longest() const { return longest_; }

 private:
  size_t begin_of(size_t i) const { return i == 0 ? 0 : ends_[i - 1]; }
  std::string text_;
  std::vector<size_t> ends_;
  size_t longest_ = 0;
};

void append_point(std::string& out, int64_t t, double v) {
  out += '[';
  append_unix_seconds(out, t);
  out += ",\"";
  append_api_double(out, v);
  out += "\"]";
}

void begin_series(std::string& out, const model::Labels& labels, std::string_view key) {
  out += R"({"metric":)";
  append_labels(out, labels);
  out += key;
}

/// The points that are there; how many. The string is grown once for all of them.
size_t append_points(std::string& out, const PointHeads& heads, const promql::Column& values) {
  constexpr size_t kTail = 3;  // "],
  const size_t from = out.size();
  size_t points = 0;
  out.resize_and_overwrite(from + (values.size() * (heads.longest() + kApiDoubleSize + kTail)),
                           [&](char* text, size_t) {
                             char* at = text + from;
                             for (size_t i = 0; i < values.size(); ++i) {
                               if (promql::is_absent(values[i])) continue;
                               if (points++ > 0) *at++ = ',';
                               const std::string_view head = heads[i];
                               std::memcpy(at, head.data(), head.size());
                               at = write_api_double(at + head.size(), values[i]);
                               *at++ = '"';
                               *at++ = ']';
                             }
                             return static_cast<size_t>(at - text);
                           });
  return points;
}

/// A value for each place, null where there is none; whether there is any.
bool append_column(std::string& out, const promql::Column& values) {
  constexpr size_t kTail = 3;  // two quotes and a comma
  const size_t from = out.size();
  bool any = false;
  out.resize_and_overwrite(from + (values.size() * (kApiDoubleSize + kTail)), [&](char* text, size_t) {
    char* at = text + from;
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) *at++ = ',';
      if (promql::is_absent(values[i])) {
        at = std::copy_n("null", 4, at);
        continue;
      }
      any = true;
      const bool number = std::isfinite(values[i]);
      if (!number) *at++ = '"';
      at = write_api_double(at, values[i]);
      if (!number) *at++ = '"';
    }
    return static_cast<size_t>(at - text);
  });
  return any;
}

/// Appends an array of at most `limit` series; `write` answers whether it wrote one.
template <typename Series, typename Write>
void append_series(std::string& out, const std::vector<Series>& all, size_t limit, Write write) {
  out += '[';
  bool first = true;
  for (size_t i = 0; i < std::min(limit, all.size()); ++i) {
    const size_t before = out.size();
    if (!first) out += ',';
    if (write(all[i])) {
      first = false;
    } else {
      out.resize(before);
    }
  }
  out += ']';
}

void append_matrix(std::string& out, const OutputMatrix& matrix, const Grid& grid, size_t limit) {
  if (matrix.empty()) {
    out += "[]";
    return;
  }
  const PointHeads heads(grid);
  append_series(out, matrix, limit, [&](const promql::OutputSeries& series) {
    begin_series(out, series.labels, R"(,"values":[)");
    const size_t points = append_points(out, heads, series.values);
    out += "]}";
    return points > 0;
  });
}

void append_ranges(std::string& out, const OutputRanges& ranges, size_t limit) {
  append_series(out, ranges, limit, [&](const promql::OutputRange& range) {
    begin_series(out, range.labels, R"(,"values":[)");
    for (size_t i = 0; i < range.t.size(); ++i) {
      if (i > 0) out += ',';
      append_point(out, range.t[i], range.v[i]);
    }
    out += "]}";
    return !range.t.empty();
  });
}

void append_vector(std::string& out, const OutputVector& vector, size_t limit) {
  append_series(out, vector, limit, [&](const promql::OutputSample& sample) {
    begin_series(out, sample.labels, R"(,"value":)");
    append_point(out, sample.point.t, sample.point.v);
    out += '}';
    return true;
  });
}

}  // namespace

void append_unix_seconds(std::string& out, int64_t ms) {
  constexpr uint64_t kSecond = 1000;
  const uint64_t magnitude = ms < 0 ? 0 - static_cast<uint64_t>(ms) : static_cast<uint64_t>(ms);
  std::array<char, 32> buf;
  char* at = buf.data();
  if (ms < 0) *at++ = '-';
  at = std::to_chars(at, buf.data() + buf.size(), magnitude / kSecond).ptr;
  if (const uint64_t fraction = magnitude % kSecond; fraction != 0) {
    *at++ = '.';
    for (const uint64_t unit : {100U, 10U, 1U}) *at++ = static_cast<char>('0' + (fraction / unit % 10));
  }
  out.append(buf.data(), at);
}

void append_labels(std::string& out, const model::Labels& labels) {
  char before = '{';
  for (const model::Label& label : labels) {
    out += before;
    encoding::append_json_string(out, label.name);
    out += ':';
    encoding::append_json_string(out, label.value);
    before = ',';
  }
  if (before == '{') out += '{';
  out += '}';
}

void append_columns(std::string& out, const OutputMatrix& matrix, const Grid& grid, size_t limit) {
  out += R"("resultType":"columns","start":)";
  append_unix_seconds(out, grid.start);
  out += R"(,"step":)";
  append_unix_seconds(out, grid.step);
  out += R"(,"result":)";
  append_series(out, matrix, limit, [&](const promql::OutputSeries& series) {
    begin_series(out, series.labels, R"(,"values":[)");
    const bool any = append_column(out, series.values);
    out += "]}";
    return any;
  });
}

size_t series_count(const promql::QueryResult& result) {
  return std::visit(
      [](const auto& value) -> size_t {
        if constexpr (requires {
                        value.size();
                        value.begin()->labels;
                      })
          return value.size();
        return 0;
      },
      result.value);
}

void append_result(std::string& out, const promql::QueryResult& result, size_t limit) {
  if (const auto* scalar = std::get_if<OutputPoint>(&result.value)) {
    out += R"("resultType":"scalar","result":)";
    append_point(out, scalar->t, scalar->v);
  } else if (const auto* text = std::get_if<std::string>(&result.value)) {
    out += R"("resultType":"string","result":[)";
    append_unix_seconds(out, result.grid.start);
    out += ',';
    append_text(out, *text);
    out += ']';
  } else if (const auto* vector = std::get_if<OutputVector>(&result.value)) {
    out += R"("resultType":"vector","result":)";
    append_vector(out, *vector, limit);
  } else {
    out += R"("resultType":"matrix","result":)";
    if (const auto* matrix = std::get_if<OutputMatrix>(&result.value)) append_matrix(out, *matrix, result.grid, limit);
    if (const auto* ranges = std::get_if<OutputRanges>(&result.value)) append_ranges(out, *ranges, limit);
  }
}

}  // namespace oreum::api::prometheus
