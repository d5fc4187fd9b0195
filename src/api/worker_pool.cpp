#include "api/worker_pool.h"

namespace oreum::api {

WorkerPool::WorkerPool(size_t threads, size_t capacity) : queue_(capacity) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void WorkerPool::work() {
  while (std::optional<Task> task = queue_.pop()) (*task)(!stopping_.load());
}

void WorkerPool::stop() {
  stopping_ = true;
  queue_.close();
  threads_.clear();  // joins
}

}  // namespace oreum::api
