#include "net/responder.h"

#include <utility>

#include "base/check.h"
#include "net/problem.h"
#include "net/session.h"

namespace oreum::net {

SessionResponder::~SessionResponder() {
  if (!answered_) send(problem(500, "the request was dropped without an answer"));
}

void SessionResponder::send(Response response) {
  OREUM_CHECK(!std::exchange(answered_, true), "a request is answered once");
  encode_body(response, traits_);
  mailbox_->run([session = session_, response = std::move(response)]() mutable {
    if (const auto s = session.lock()) s->respond(std::move(response));
  });
}

std::shared_ptr<Stream> SessionResponder::stream(Response head) {
  OREUM_CHECK(!std::exchange(answered_, true), "a request is answered once");
  auto queue = std::make_shared<StreamQueue>(stream_buffer_bytes_, !traits_.http10);
  mailbox_->run([session = session_, head = std::move(head), queue] {
    const auto s = session.lock();
    if (s) {
      s->start_stream(head, queue);
    } else {
      queue->close();
    }
  });
  return std::make_shared<StreamWriter>(std::move(queue), session_, mailbox_);
}

}  // namespace oreum::net
