#include "transfer/import.h"

#include <fmt/core.h>

#include "transfer/text_parser.h"

namespace oreum::transfer {

namespace {

/// The lines of one text, in order.
class TextImport {
 public:
  TextImport(Source& source, TextFormat format, Target& target, const ImportOptions& options, ImportReport& report)
      : source_(source),
        lines_(source),
        parser_(format),
        format_(format),
        options_(options),
        report_(report),
        loader_(target, report, options.batch_samples) {}

  Status run() {
    for (;;) {
      TRY_ASSIGN(const std::optional<Line> line, lines_.next());
      if (!line) break;
      ++report_.rows;
      if (Status read = take(*line); !read) TRY(refuse(*line, read.error().message()));
      if (loader_.full()) TRY(flush());
    }
    TRY(flush());
    if (ended_ || format_ == TextFormat::kPrometheus) return {};
    return Error(Code::kInvalidArgument,
                 fmt::format("{} ends without \"# EOF\": it may be cut short. What it holds is imported (if it is "
                             "Prometheus' text format, say --format prometheus)",
                             source_.name()));
  }

 private:
  Status take(const Line& line) {
    if (line.too_long) return Error(Code::kInvalidArgument, "the line is too long");
    // A number that ends with the file may be the beginning of another.
    if (!line.ended && line.text != "# EOF") {
      return Error(Code::kInvalidArgument, "expected a line feed at the end of the text: it may be cut short");
    }
    TextParser::Sample sample;
    TRY_ASSIGN(const TextParser::Kind kind, parser_.parse(line.text, sample));
    if (kind == TextParser::Kind::kEnd) {
      ended_ = true;
    } else if (kind == TextParser::Kind::kSample) {
      if (ended_) return Error(Code::kInvalidArgument, "a sample behind # EOF");
      loader_.add(*sample.series, sample.t, sample.v);
    }
    return {};
  }

  Status refuse(const Line& line, std::string_view reason) {
    ++report_.rejected;
    const std::string where = fmt::format("line {}, {}", line.number, reason);
    if (options_.reject) return options_.reject(line.text, where);
    TRY(flush());  // what stands before it is good
    return Error(Code::kInvalidArgument, fmt::format("{}: {}", source_.name(), where));
  }

  Status flush() {
    TRY(loader_.flush());
    parser_.forget();
    if (options_.progress) options_.progress(report_, source_.bytes_read());
    return {};
  }

  Source& source_;
  LineReader lines_;
  TextParser parser_;
  const TextFormat format_;
  const ImportOptions& options_;
  ImportReport& report_;
  Loader loader_;
  bool ended_ = false;
};

}  // namespace

void Loader::add(const model::Series& series, TimestampMs t, double v) {
  if (last_ != &series) label_bytes_ += series.labels.encoded().size();
  last_ = &series;
  batch_.add(series, t, v);
  ++report_.samples;
}

Status Loader::flush() {
  if (batch_.empty()) return {};
  TRY_ASSIGN(const Written result, target_.write(batch_));
  report_.added += result.added;
  report_.duplicates += result.duplicates;
  report_.conflicts += result.conflicts;
  report_.too_old += result.too_old;
  report_.over_limit += result.over_limit;
  if (report_.first_refusal.empty()) report_.first_refusal = result.refusal;
  batch_.clear();
  label_bytes_ = 0;
  last_ = nullptr;
  return {};
}

Status import_text(Source& source, TextFormat format, Target& target, const ImportOptions& options,
                   ImportReport& report) {
  return TextImport(source, format, target, options, report).run();
}

}  // namespace oreum::transfer
