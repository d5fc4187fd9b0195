// The way to the io thread from anywhere, that outlives the server it leads to.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "base/mutex.h"

namespace oreum::net {

/// Thread-safe. Responders and streams hold it; after close() what they send is dropped.
class Mailbox {
 public:
  using Task = std::move_only_function<void()>;

  explicit Mailbox(std::move_only_function<void(Task)> post) : post_(std::move(post)) {}

  /// The calling thread is the io thread from now on.
  void own() { io_thread_ = std::this_thread::get_id(); }
  bool on_io_thread() const { return io_thread_.load() == std::this_thread::get_id(); }

  /// Runs the task on the io thread: at once when called there. Dropped after close().
  void run(Task task) EXCLUDES(mu_) {
    if (on_io_thread()) {
      task();
      return;
    }
    const MutexLock lock(mu_);
    if (post_) post_(std::move(task));
  }

  void close() EXCLUDES(mu_) {
    const MutexLock lock(mu_);
    post_ = nullptr;
    io_thread_ = std::thread::id();  // the next thread may get the same id
  }

 private:
  Mutex mu_;
  std::move_only_function<void(Task)> post_ GUARDED_BY(mu_);
  std::atomic<std::thread::id> io_thread_;
};

}  // namespace oreum::net
