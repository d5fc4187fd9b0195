#include "net/stream_queue.h"

#include <utility>

#include <fmt/core.h>

#include "net/session.h"

namespace oreum::net {

StreamQueue::Push StreamQueue::push(std::string_view data) {
  const MutexLock lock(mu_);
  if (!open_) return Push::kClosed;
  if (data.empty()) return Push::kQueued;  // an empty chunk would end the body
  if (queued_.size() + in_flight_ + data.size() > limit_) {
    open_ = false;
    return Push::kOverflow;
  }
  const bool first = queued_.empty();
  if (chunked_) queued_ += fmt::format("{:x}\r\n", data.size());
  queued_ += data;
  if (chunked_) queued_ += "\r\n";
  return first ? Push::kQueuedFirst : Push::kQueued;
}

std::string StreamQueue::take() {
  const MutexLock lock(mu_);
  in_flight_ += queued_.size();
  return std::exchange(queued_, std::string());
}

void StreamQueue::sent() {
  const MutexLock lock(mu_);
  in_flight_ = 0;
}

// The tasks find the session only on the io thread, so that its last owner is always there.

StreamWriter::~StreamWriter() {
  mailbox_->run([session = session_] {
    if (const auto s = session.lock()) s->end_stream();
  });
}

bool StreamWriter::write(std::string chunk) {
  switch (queue_->push(chunk)) {
    case StreamQueue::Push::kQueued: return true;
    case StreamQueue::Push::kQueuedFirst:
      mailbox_->run([session = session_] {
        if (const auto s = session.lock()) s->flush_stream();
      });
      return queue_->open();
    case StreamQueue::Push::kOverflow:
      mailbox_->run([session = session_] {
        if (const auto s = session.lock()) s->close();
      });
      return false;
    case StreamQueue::Push::kClosed: return false;
  }
  return false;
}

}  // namespace oreum::net
