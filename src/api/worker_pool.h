// WorkerPool: threads behind a bounded queue, for requests that may wait or compute.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"

namespace oreum::api {

/// Thread-safe.
class WorkerPool {
 public:
  /// A task is told whether it may still work; false: the pool is stopping, it must answer and end.
  using Task = std::move_only_function<void(bool run)>;

  WorkerPool(size_t threads, size_t capacity);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full; the task is then untouched.
  bool try_post(Task& task) { return queue_.try_push(task); }
  size_t queued() const { return queue_.size(); }
  /// Waits for the tasks that run; those that wait are told not to. Idempotent; not from a task.
  void stop();

 private:
  void work();

  BoundedQueue<Task> queue_;
  std::atomic<bool> stopping_{false};
  std::vector<std::jthread> threads_;
};

}  // namespace oreum::api
