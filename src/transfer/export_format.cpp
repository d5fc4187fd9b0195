#include "transfer/export_format.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/number.h"
#include "model/sample.h"
#include "transfer/text_format.h"

namespace oreum::transfer {

namespace {

using model::MetricType;

std::string_view without(std::string_view name, std::string_view suffix) {
  if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name;
}

std::string_view family_name(std::string_view metric, const MetricInfos& infos) {
  const auto known = infos.find(metric);
  if (known == infos.end()) return metric;
  const MetricType type = known->second.type;
  if (type == MetricType::kCounter) return without(metric, "_total");
  if (type != MetricType::kHistogram && type != MetricType::kSummary) return metric;
  for (const std::string_view suffix : {"_sum", "_count"}) {
    if (const std::string_view base = without(metric, suffix); base != metric) return base;
  }
  return type == MetricType::kHistogram ? without(metric, "_bucket") : metric;
}

class OpenMetricsWriter final : public ExportWriter {
 public:
  explicit OpenMetricsWriter(const ExportOptions& options) : options_(options) {}

  void begin(std::string&) override {}

  void family(std::string& out, const Family& family) override {
    const auto known = options_.infos.find(family.metrics.front());
    // A name in quotes has no place in a TYPE line that every reader understands.
    if (known == options_.infos.end() || !model::is_valid_metric_name(family.name)) return;
    std::string_view type = model::type_name(known->second.type);
    if (known->second.type == MetricType::kUntyped) type = "unknown";
    // OpenMetrics' counters end with _total.
    if (known->second.type == MetricType::kCounter && family.name == family.metrics.front()) type = "unknown";
    out += fmt::format("# TYPE {} {}\n", family.name, type);
    if (known->second.help.empty()) return;
    out += fmt::format("# HELP {} ", family.name);
    append_escaped(out, known->second.help, true);
    out += '\n';
  }

  uint64_t samples(std::string& out, const model::Series& series, const storage::Columns& columns) override {
    head_.clear();
    append_series(head_, series.labels);
    head_ += ' ';
    uint64_t written = 0;
    for (size_t i = 0; i < columns.t.size(); ++i) {
      const double v = columns.v[i];
      if (!options_.stale && model::is_stale(v)) continue;
      ++written;
      out += head_;
      append_double(out, v);
      out += ' ';
      append_seconds(out, {columns.t[i]}, v);
      out += '\n';
    }
    return written;
  }

  void end(std::string& out) override { out += "# EOF\n"; }

 private:
  const ExportOptions& options_;
  std::string head_;
};

void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

class CsvWriter final : public ExportWriter {
 public:
  explicit CsvWriter(const ExportOptions& options) : options_(options) {}

  void begin(std::string& out) override { out += "time,metric,labels,value\n"; }
  void family(std::string&, const Family&) override {}

  uint64_t samples(std::string& out, const model::Series& series, const storage::Columns& columns) override {
    head_ = ",";
    append_csv_field(head_, series.labels.metric());
    head_ += ',';
    append_csv_field(head_, labels_text(series.labels));
    head_ += ',';
    uint64_t written = 0;
    for (size_t i = 0; i < columns.t.size(); ++i) {
      if (model::is_stale(columns.v[i])) continue;
      ++written;
      out += options_.csv_in_ms ? std::to_string(columns.t[i]) : format_rfc3339({columns.t[i]});
      out += head_;
      append_double(out, columns.v[i]);
      out += '\n';
    }
    return written;
  }

  void end(std::string&) override {}

 private:
  /// `a="b",c="d"`, without the metric's name; a line feed in a value is \n, so that a row is a line.
  static std::string labels_text(const model::Labels& labels) {
    std::string text;
    append_series(text, labels.with({{model::kMetricName, ""}}));
    return text.empty() ? text : text.substr(1, text.size() - 2);
  }

  const ExportOptions& options_;
  std::string head_;
};

}  // namespace

std::string_view content_type(ExportFormat format) {
  return format == ExportFormat::kCsv ? "text/csv; charset=utf-8; header=present"
                                      : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

std::vector<Family> families_of(const std::vector<std::string>& metrics, const MetricInfos& infos) {
  const std::set<std::string_view> all(metrics.begin(), metrics.end());
  std::map<std::string_view, std::vector<std::string>> families;
  for (const std::string& metric : metrics) {
    std::string_view name = family_name(metric, infos);
    // Two families of one name are an error: the counter foo_total gives way to a metric foo.
    const bool counter = name != metric && metric.ends_with("_total");
    if (counter && all.contains(name)) name = metric;
    families[name].push_back(metric);
  }
  std::vector<Family> out;
  for (auto& [name, members] : families) out.push_back({std::string(name), std::move(members)});
  return out;
}

std::unique_ptr<ExportWriter> make_writer(const ExportOptions& options) {
  if (options.format == ExportFormat::kCsv) return std::make_unique<CsvWriter>(options);
  return std::make_unique<OpenMetricsWriter>(options);
}

}  // namespace oreum::transfer
