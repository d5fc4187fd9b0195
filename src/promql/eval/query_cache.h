// Parsed queries: dashboards and rules ask the same again and again.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"
#include "promql/parse/parser.h"

namespace oreum::promql {

/// The queries used last. Thread-safe.
class QueryCache {
 public:
  explicit QueryCache(size_t capacity) : capacity_(capacity) {}

  /// Null when it is not there.
  std::shared_ptr<const Query> find(std::string_view text) {
    const MutexLock lock(mu_);
    const auto it = by_text_.find(text);
    if (it == by_text_.end()) return nullptr;
    newest_first_.splice(newest_first_.begin(), newest_first_, it->second);
    return *it->second;
  }

  void add(std::shared_ptr<const Query> query) {
    const MutexLock lock(mu_);
    if (capacity_ == 0 || by_text_.contains(query->text)) return;
    if (newest_first_.size() == capacity_) {
      by_text_.erase(newest_first_.back()->text);
      newest_first_.pop_back();
    }
    newest_first_.push_front(std::move(query));
    by_text_.emplace(newest_first_.front()->text, newest_first_.begin());
  }

 private:
  using Queries = std::list<std::shared_ptr<const Query>>;
  const size_t capacity_;
  Mutex mu_;
  Queries newest_first_ GUARDED_BY(mu_);
  std::unordered_map<std::string_view, Queries::iterator> by_text_ GUARDED_BY(mu_);  // views of the queries' texts
};

}  // namespace oreum::promql
