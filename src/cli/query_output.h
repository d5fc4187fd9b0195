// How `oreum query` shows an answer: as a table, as CSV, or drawn.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace oreum::cli {

/// Seconds and text of the value, as the API has them.
struct AnswerPoint {
  int64_t ms = 0;
  std::string value;
};

struct AnswerSeries {
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<AnswerPoint> points;
  /// As PromQL writes it; "{}" for no labels.
  std::string name() const;
};

/// What the API answered.
struct Answer {
  std::string type;  // scalar, string, vector, matrix
  std::vector<AnswerSeries> series;
  std::vector<std::string> notes;  // warnings and infos
};

/// Boost.JSON throws where the text is no such answer; the caller catches.
Answer read_answer(const std::string& json);

/// A line a series of an instant answer; of a range a block a series with a line a point.
std::string table_text(const Answer& answer);
/// A line a point: time, value, and a column for each label that any series has.
std::string csv_text(const Answer& answer);

struct ChartSize {
  size_t columns = 80;
  size_t rows = 20;
  bool colours = false;
};

/// Lines of braille dots, an axis of values at the left and one of times below; a legend where there are a few series.
std::string chart_text(const Answer& answer, const ChartSize& size);

}  // namespace oreum::cli
