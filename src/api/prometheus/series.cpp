// GET and POST /api/v1/series.
#include <algorithm>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/result_json.h"
#include "api/prometheus/selectors.h"

namespace oreum::api::prometheus {

namespace {

/// The label sets that match any of the selectors, each once, in order: at most `limit`, and whether there are more.
class Found {
 public:
  explicit Found(size_t limit) : limit_(limit) {}

  Status add(storage::Querier& querier, std::span<const model::Matcher> matchers, Deadline deadline) {
    TRY_ASSIGN(const auto set, querier.select(matchers));
    // One set is sorted and each of its series differs: what is over the limit need not be looked at.
    for (size_t taken = 0; set->next();) {
      if (deadline.passed()) return Error(Code::kDeadlineExceeded, "the request took too long");
      TRY_ASSIGN(const bool there, set->may_have_samples());
      if (!there) continue;
      if (taken++ == limit_) {
        truncated_ = true;
        break;
      }
      labels_.push_back(set->series().labels);
    }
    return {};
  }

  void finish() {
    std::sort(labels_.begin(), labels_.end());
    labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
    if (labels_.size() <= limit_) return;
    labels_.resize(limit_);
    truncated_ = true;
  }

  const std::vector<model::Labels>& labels() const { return labels_; }
  bool truncated() const { return truncated_; }

 private:
  const size_t limit_;
  std::vector<model::Labels> labels_;
  bool truncated_ = false;
};

Result<net::Response> series(const Services& services, const Call& call) {
  TRY_ASSIGN(const Form form, Form::of(call.request));
  if (form.all("match[]").empty()) return error(ErrorType::kBadData, "no match[] parameter provided");
  TRY_ASSIGN(const size_t limit, limit_of(form));
  TRY_ASSIGN(const TimeRange range, time_range_of(form));
  TRY_ASSIGN(const MatcherSets sets, matchers_of(form, true));
  Found found(limit);
  if (range.start <= range.end) {
    TRY_ASSIGN(const auto querier, services.store.querier(range.start, range.end));
    for (const auto& matchers : sets) TRY(found.add(*querier, matchers, call.deadline));
  }
  found.finish();
  std::string body(kSuccess);
  char before = '[';
  for (const model::Labels& labels : found.labels()) {
    body += before;
    append_labels(body, labels);
    before = ',';
  }
  body += before == '[' ? "[]" : "]";
  const std::string truncated(kTruncated);
  return finish(std::move(body), found.truncated() ? Notes{.warnings = {&truncated, 1}} : Notes{});
}

}  // namespace

CallHandler make_series(const Services& services) {
  return [&services](const Call& call) { return series(services, call); };
}

}  // namespace oreum::api::prometheus
