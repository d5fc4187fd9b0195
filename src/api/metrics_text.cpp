// GET /metrics: the last collection and the program's own metrics, in the format the client asks for.
#include <algorithm>
#include <array>

#include "api/accept.h"
#include "api/resources.h"
#include "base/mutex.h"
#include "encoding/exposition.h"

namespace oreum::api {

namespace {

using encoding::ExpositionFormat;
using encoding::ExpositionPage;
using Shapes = std::vector<std::shared_ptr<const collect::Shape>>;

bool same_series(const OwnMetrics& a, const OwnMetrics& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const OwnMetric& x, const OwnMetric& y) {
    return x.desc.name == y.desc.name && x.labels == y.labels;
  });
}

/// The page's text but the values, kept while the series stay the same. Thread-safe.
class PageCache {
 public:
  explicit PageCache(ExpositionFormat format) : format_(format) {}

  std::string render(const collect::Snapshot& snapshot, OwnMetrics own) EXCLUDES(mu_) {
    std::vector<double> values;
    Shapes shapes;
    for (const auto& reading : snapshot.readings) {
      shapes.push_back(reading->shape);
      values.insert(values.end(), reading->values.begin(), reading->values.end());
    }
    for (const OwnMetric& metric : own) values.push_back(metric.value);
    std::string out;
    page(std::move(shapes), std::move(own))->render(out, values);
    return out;
  }

 private:
  std::shared_ptr<const ExpositionPage> page(Shapes shapes, OwnMetrics own) EXCLUDES(mu_) {
    const MutexLock lock(mu_);
    if (!page_ || shapes != shapes_ || !same_series(own, own_)) {
      shapes_ = std::move(shapes);
      own_ = std::move(own);
      std::vector<encoding::ExpositionEntry> entries;
      for (const auto& shape : shapes_) {
        for (const collect::Entry& e : *shape) entries.push_back({e.desc.name, e.desc.help, e.desc.type, &e.labels});
      }
      for (const OwnMetric& m : own_) entries.push_back({m.desc.name, m.desc.help, m.desc.type, &m.labels});
      page_ = std::make_shared<const ExpositionPage>(format_, entries);
    }
    return page_;
  }

  const ExpositionFormat format_;
  Mutex mu_;
  Shapes shapes_ GUARDED_BY(mu_);  // held, so that the comparison of pointers means something
  OwnMetrics own_ GUARDED_BY(mu_);
  std::shared_ptr<const ExpositionPage> page_ GUARDED_BY(mu_);
};

}  // namespace

CallHandler make_metrics_text(const Services& services, std::function<void(OwnMetrics&)> own_metrics) {
  auto text = std::make_shared<PageCache>(ExpositionFormat::kText);
  auto open_metrics = std::make_shared<PageCache>(ExpositionFormat::kOpenMetrics);
  return
      [&services, own_metrics = std::move(own_metrics), text, open_metrics](const Call& call) -> Result<net::Response> {
        auto snapshot = services.latest ? services.latest() : nullptr;
        if (!snapshot) snapshot = std::make_shared<const collect::Snapshot>();
        OwnMetrics own;
        own_metrics(own);
        const bool open = prefers_openmetrics(call.request.header("accept").value_or(""));
        net::Response response;
        response.headers.emplace_back(
            "Content-Type", encoding::content_type(open ? ExpositionFormat::kOpenMetrics : ExpositionFormat::kText));
        response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
        response.body = (open ? open_metrics : text)->render(*snapshot, std::move(own));
        return response;
      };
}

}  // namespace oreum::api
