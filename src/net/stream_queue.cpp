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
  return append(data);
}

StreamQueue::Push StreamQueue::push_waiting(std::string_view data) {
  finite_ = true;
  const MutexLock lock(mu_);
  while (open_ && queued_.size() + in_flight_ > 0 && queued_.size() + in_flight_ + data.size() > limit_) {
    room_.wait(mu_);
  }
  if (!open_) return Push::kClosed;
  return data.empty() ? Push::kQueued : append(data);
}

StreamQueue::Push StreamQueue::append(std::string_view data) {
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
  room_.notify_all();
}

void StreamQueue::close() {
  const MutexLock lock(mu_);
  open_ = false;
  room_.notify_all();
}

// The tasks find the session only on the io thread, so that its last owner is always there.

StreamWriter::~StreamWriter() {
  mailbox_->run([session = session_] {
    if (const auto s = session.lock()) s->end_stream();
  });
}

bool StreamWriter::write(std::string chunk) { return pushed(queue_->push(chunk)); }

bool StreamWriter::write_waiting(std::string chunk) { return pushed(queue_->push_waiting(chunk)); }

void StreamWriter::abort() {
  queue_->close();
  mailbox_->run([session = session_] {
    if (const auto s = session.lock()) s->close();
  });
}

bool StreamWriter::pushed(StreamQueue::Push push) {
  switch (push) {
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
