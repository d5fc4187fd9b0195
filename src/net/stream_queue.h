// The bounded buffer between whoever writes a stream and the io thread that sends it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "net/http.h"
#include "net/mailbox.h"

namespace oreum::net {

class Session;

/// Shared by the stream's writer and its session. Thread-safe.
class StreamQueue {
 public:
  enum class Push { kQueued, kQueuedFirst, kClosed, kOverflow };

  StreamQueue(size_t limit, bool chunked) : limit_(limit), chunked_(chunked) {}

  /// kQueuedFirst: the io thread has to be told. kOverflow closes the queue.
  Push push(std::string_view data) EXCLUDES(mu_);
  /// The same, but waits while there is no room; a piece larger than the limit waits for an empty queue.
  Push push_waiting(std::string_view data) EXCLUDES(mu_);
  /// Everything queued, framed as sent; those bytes keep counting until sent() says they are gone.
  std::string take() EXCLUDES(mu_);
  void sent() EXCLUDES(mu_);
  void close() EXCLUDES(mu_);
  bool open() const { return open_; }
  /// Whether only its writer may say that the response is complete.
  bool finite() const { return finite_; }
  bool chunked() const { return chunked_; }

 private:
  Push append(std::string_view data) REQUIRES(mu_);

  const size_t limit_;
  const bool chunked_;
  Mutex mu_;
  CondVar room_;
  std::string queued_ GUARDED_BY(mu_);
  size_t in_flight_ GUARDED_BY(mu_) = 0;
  std::atomic<bool> open_{true};
  std::atomic<bool> finite_{false};
};

/// The writer's end.
class StreamWriter final : public Stream {
 public:
  StreamWriter(std::shared_ptr<StreamQueue> queue, std::weak_ptr<Session> session, std::shared_ptr<Mailbox> mailbox)
      : queue_(std::move(queue)), session_(std::move(session)), mailbox_(std::move(mailbox)) {}
  ~StreamWriter() override;
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  bool write(std::string chunk) override;
  bool write_waiting(std::string chunk) override;
  void abort() override;
  bool open() const override { return queue_->open(); }

 private:
  /// What to answer to write(); tells the io thread what it has to know.
  bool pushed(StreamQueue::Push push);

  const std::shared_ptr<StreamQueue> queue_;
  const std::weak_ptr<Session> session_;
  const std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace oreum::net
