// GET /federate: the newest sample of each series that match[] selects, in the text format with its time.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/escaped_name.h"
#include "api/prometheus/selectors.h"
#include "base/number.h"
#include "model/labels.h"

namespace oreum::api::prometheus {

namespace {

struct Newest {
  model::Labels labels;
  int64_t t = 0;
  double v = 0;
};

bool is_classic(std::string_view name, bool metric) {
  return metric ? model::is_valid_metric_name(name) : model::is_valid_label_name(name);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Writes families of samples; names that are not classic become so, or are quoted.
class FederationText {
 public:
  explicit FederationText(bool utf8) : utf8_(utf8) {}

  void add(const Newest& sample) {
    const std::string_view metric = sample.labels.metric();
    if (metric != family_) {
      family_ = metric;
      out_ += "# TYPE ";
      append_name(metric, true);
      out_ += " untyped\n";
    }
    const bool quoted = utf8_ && !is_classic(metric, true);
    if (!quoted) append_name(metric, true);
    out_ += '{';
    if (quoted) append_quoted(out_, metric);
    bool first = !quoted;
    bool instance = false;
    for (const model::Label& label : sample.labels) {
      if (label.name == model::kMetricName) continue;
      instance = instance || label.name == "instance";
      append_label(label, first);
      first = false;
    }
    // Who scrapes this must not add its own: the series had none.
    if (!instance) append_label({"instance", ""}, first);
    out_ += "} ";
    append_double(out_, sample.v == 0 ? 0.0 : sample.v);
    out_ += fmt::format(" {}\n", sample.t);
  }

  std::string take() { return std::move(out_); }

 private:
  void append_name(std::string_view name, bool metric) {
    if (is_classic(name, metric)) {
      out_ += name;
    } else if (utf8_) {
      append_quoted(out_, name);
    } else {
      out_ += underscored_name(name);
    }
  }
  void append_label(const model::Label& label, bool first) {
    if (!first) out_ += ',';
    append_name(label.name, false);
    out_ += '=';
    append_quoted(out_, label.value);
  }

  const bool utf8_;
  std::string out_;
  std::string family_;
};

/// The newest sample of each series that counts now, by metric and labels.
Result<std::vector<Newest>> newest_of(const Services& services, const MatcherSets& sets, Deadline deadline) {
  const TimestampMs now = services.clock.now();
  // The range is open on the left.
  const TimestampMs oldest = now - services.engine.options().look_back + milliseconds(1);
  TRY_ASSIGN(const auto querier, services.store.querier(oldest, now));
  std::map<model::Labels, Newest> found;
  storage::Columns samples;
  for (const auto& matchers : sets) {
    TRY_ASSIGN(const auto set, querier->select(matchers));
    while (set->next()) {
      if (deadline.passed()) return Error(Code::kDeadlineExceeded, "the request took too long");
      TRY(set->read(samples));
      if (samples.t.empty() || model::is_stale(samples.v.back())) continue;
      const model::Labels& labels = set->series().labels;
      found.try_emplace(labels, Newest{labels, samples.t.back(), samples.v.back()});
    }
  }
  std::vector<Newest> sorted;
  for (auto& [labels, sample] : found) sorted.push_back(std::move(sample));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Newest& a, const Newest& b) { return a.labels.metric() < b.labels.metric(); });
  return sorted;
}

}  // namespace

CallHandler make_federate(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    const Result<MatcherSets> sets = matchers_of(form, false);
    if (!sets) return plain_error(400, sets.error().to_string());
    const Result<std::vector<Newest>> newest = newest_of(services, *sets, call.deadline);
    if (!newest) return plain_error(500, newest.error().to_string());
    const bool utf8 = call.request.header("accept").value_or("").find("escaping=allow-utf-8") != std::string_view::npos;
    FederationText text(utf8);
    for (const Newest& sample : *newest) text.add(sample);
    return net::Response{200,
                         {{"Content-Type", fmt::format("text/plain; version=0.0.4; charset=utf-8; escaping={}",
                                                       utf8 ? "allow-utf-8" : "underscores")},
                          {"Vary", "Accept-Encoding"}},
                         text.take()};
  };
}

}  // namespace oreum::api::prometheus
