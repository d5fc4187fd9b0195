// The session's Responder: carries an answer from any thread back to the io thread.
#pragma once

#include <memory>

#include "net/http.h"
#include "net/mailbox.h"
#include "net/response_writer.h"

namespace oreum::net {

class Session;

class SessionResponder final : public Responder {
 public:
  SessionResponder(std::weak_ptr<Session> session, std::shared_ptr<Mailbox> mailbox, RequestTraits traits,
                   size_t stream_buffer_bytes)
      : session_(std::move(session)),
        mailbox_(std::move(mailbox)),
        traits_(std::move(traits)),
        stream_buffer_bytes_(stream_buffer_bytes) {}
  ~SessionResponder() override;
  SessionResponder(const SessionResponder&) = delete;
  SessionResponder& operator=(const SessionResponder&) = delete;

  void send(Response response) override;
  std::shared_ptr<Stream> stream(Response head) override;

 private:
  const std::weak_ptr<Session> session_;
  const std::shared_ptr<Mailbox> mailbox_;
  const RequestTraits traits_;
  const size_t stream_buffer_bytes_;
  bool answered_ = false;
};

}  // namespace oreum::net
