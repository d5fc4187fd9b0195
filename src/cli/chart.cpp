// Lines in a terminal: each character holds two by four braille dots.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include <fmt/core.h>

#include "base/number.h"
#include "base/time.h"
#include "cli/query_output.h"

namespace oreum::cli {

namespace {

constexpr size_t kDotsWide = 2;
constexpr size_t kDotsHigh = 4;
constexpr std::array<int, 6> kColours{36, 33, 32, 35, 34, 31};  // cyan, yellow, green, magenta, blue, red
constexpr size_t kMostInLegend = 12;

struct Dot {
  int64_t ms;
  double v;
};
using Line = std::vector<Dot>;

std::vector<Line> lines_of(const Answer& answer) {
  std::vector<Line> lines;
  for (const AnswerSeries& series : answer.series) {
    Line line;
    for (const AnswerPoint& p : series.points) {
      const std::optional<double> v = parse_double(p.value);
      if (v && std::isfinite(*v)) line.push_back({p.ms, *v});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

/// What the axes span.
struct Bounds {
  int64_t from = INT64_MAX;
  int64_t to = INT64_MIN;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  explicit Bounds(const std::vector<Line>& lines) {
    for (const Line& line : lines) {
      for (const Dot& dot : line) {
        from = std::min(from, dot.ms);
        to = std::max(to, dot.ms);
        low = std::min(low, dot.v);
        high = std::max(high, dot.v);
      }
    }
    if (low == high) {  // a flat line lies in the middle
      const double room = low == 0 ? 1 : std::abs(low) * 0.5;
      low -= room;
      high += room;
    }
  }
  bool empty() const { return from > to; }
};

/// The cells of the picture.
class Canvas {
 public:
  Canvas(size_t columns, size_t rows) : columns_(columns), rows_(rows), cells_(columns * rows) {}

  size_t width() const { return columns_ * kDotsWide; }
  size_t height() const { return rows_ * kDotsHigh; }

  /// A straight line of dots, from end to end; y counts from the top.
  void draw(size_t x0, size_t y0, size_t x1, size_t y1, int colour) {
    const double dx = static_cast<double>(x1) - static_cast<double>(x0);
    const double dy = static_cast<double>(y1) - static_cast<double>(y0);
    const auto steps = static_cast<size_t>(std::max({std::abs(dx), std::abs(dy), 1.0}));
    for (size_t i = 0; i <= steps; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(steps);
      set(static_cast<size_t>(std::lround(static_cast<double>(x0) + dx * part)),
          static_cast<size_t>(std::lround(static_cast<double>(y0) + dy * part)), colour);
    }
  }

  std::string row(size_t r, bool colours) const {
    std::string out;
    int now = 0;
    for (size_t c = 0; c < columns_; ++c) {
      const Cell& cell = cells_[r * columns_ + c];
      const int colour = colours && cell.dots != 0 ? cell.colour : 0;
      if (colour != now) out += fmt::format("\x1b[{}m", colour);
      now = colour;
      append_braille(cell.dots, out);
    }
    if (now != 0) out += "\x1b[0m";
    return out;
  }

 private:
  struct Cell {
    unsigned dots = 0;
    int colour = 0;
  };

  void set(size_t x, size_t y, int colour) {
    // Unicode numbers the dots of a cell so: 1 4 / 2 5 / 3 6 / 7 8.
    constexpr std::array<std::array<unsigned, kDotsWide>, kDotsHigh> kBits{{{1, 8}, {2, 16}, {4, 32}, {64, 128}}};
    Cell& cell = cells_[y / kDotsHigh * columns_ + x / kDotsWide];
    cell.dots |= kBits[y % kDotsHigh][x % kDotsWide];
    cell.colour = colour;
  }

  static void append_braille(unsigned dots, std::string& out) {
    if (dots == 0) {
      out += ' ';
      return;
    }
    const unsigned code = 0x2800 + dots;  // three bytes of UTF-8
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }

  size_t columns_;
  size_t rows_;
  std::vector<Cell> cells_;
};

class Chart {
 public:
  Chart(const Answer& answer, const ChartSize& size)
      : answer_(answer),
        size_(size),
        lines_(lines_of(answer)),
        bounds_(lines_),
        margin_(std::max(label(bounds_.high).size(), label(bounds_.low).size())) {}

  std::string text() {
    if (bounds_.empty()) return "no series match\n";
    const size_t columns = std::max<size_t>(size_.columns, margin_ + 12) - margin_ - 2;
    Canvas canvas(columns, std::max<size_t>(size_.rows, 4));
    for (size_t i = 0; i < lines_.size(); ++i) draw(canvas, lines_[i], colour_of(i));
    return picture(canvas, columns) + legend();
  }

 private:
  static std::string label(double v) { return fmt::format("{:.4g}", v); }
  static int colour_of(size_t i) { return kColours[i % kColours.size()]; }

  void draw(Canvas& canvas, const Line& line, int colour) const {
    for (size_t i = 0; i < line.size(); ++i) {
      const Dot& from = line[i == 0 ? 0 : i - 1];
      canvas.draw(x_of(canvas, from.ms), y_of(canvas, from.v), x_of(canvas, line[i].ms), y_of(canvas, line[i].v),
                  colour);
    }
  }

  size_t x_of(const Canvas& canvas, int64_t ms) const {
    if (bounds_.to == bounds_.from) return canvas.width() / 2;
    const double part = static_cast<double>(ms - bounds_.from) / static_cast<double>(bounds_.to - bounds_.from);
    return static_cast<size_t>(part * static_cast<double>(canvas.width() - 1));
  }
  size_t y_of(const Canvas& canvas, double v) const {
    // Halves, because the distance of the largest numbers is no number.
    const double part = (v / 2 - bounds_.low / 2) / (bounds_.high / 2 - bounds_.low / 2);
    return static_cast<size_t>((1 - part) * static_cast<double>(canvas.height() - 1));
  }

  std::string picture(const Canvas& canvas, size_t columns) const {
    const size_t rows = canvas.height() / kDotsHigh;
    std::string out;
    for (size_t r = 0; r < rows; ++r) {
      const bool marked = r == 0 || r == rows - 1 || r == rows / 2;
      const double part = static_cast<double>(r) / static_cast<double>(rows - 1);
      const double v = bounds_.high * (1 - part) + bounds_.low * part;
      out += fmt::format("{:>{}} {}{}\n", marked ? label(v) : "", margin_, marked ? "┤" : "│",
                         canvas.row(r, size_.colours));
    }
    out += std::string(margin_ + 1, ' ') + "└";
    for (size_t c = 0; c < columns; ++c) out += "─";
    const std::string from = format_rfc3339(TimestampMs{bounds_.from});
    const std::string to = format_rfc3339(TimestampMs{bounds_.to});
    const size_t taken = from.size() + to.size();
    const std::string between(columns > taken ? columns - taken : 1, ' ');
    return out + "\n" + std::string(margin_ + 2, ' ') + from + (from == to ? "" : between + to) + "\n";
  }

  std::string legend() const {
    std::string out;
    for (size_t i = 0; i < std::min(answer_.series.size(), kMostInLegend); ++i) {
      const std::string mark = size_.colours ? fmt::format("\x1b[{}m━━\x1b[0m", colour_of(i)) : "━━";
      const std::string last = answer_.series[i].points.empty() ? "" : answer_.series[i].points.back().value;
      out += fmt::format("{} {}  {}\n", mark, answer_.series[i].name(), last);
    }
    if (answer_.series.size() > kMostInLegend) {
      out += fmt::format("   … and {} more series\n", answer_.series.size() - kMostInLegend);
    }
    return out;
  }

  const Answer& answer_;
  const ChartSize size_;
  const std::vector<Line> lines_;
  const Bounds bounds_;
  const size_t margin_;
};

}  // namespace

std::string chart_text(const Answer& answer, const ChartSize& size) { return Chart(answer, size).text(); }

}  // namespace oreum::cli
