#include "collect/linux/mount_probe.h"

#include <algorithm>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"

namespace oreum::collect {

namespace {

constexpr size_t kMostStuck = 16;  // more hung mounts than this are reported as failed without a thread for each

}  // namespace

/// One thread and its mailbox: a path in, an answer out.
struct MountProbe::Worker {
  Mutex mu;
  CondVar changed;
  std::string path GUARDED_BY(mu);
  bool asked GUARDED_BY(mu) = false;
  bool answered GUARDED_BY(mu) = false;
  bool stopping GUARDED_BY(mu) = false;
  std::optional<struct statvfs> answer GUARDED_BY(mu);
  std::thread thread;

  static std::shared_ptr<Worker> start(StatFn stat) {
    auto worker = std::make_shared<Worker>();
    worker->thread = std::thread([worker, stat] { worker->run(stat); });
    return worker;
  }

  void run(StatFn stat) {
    for (;;) {
      std::string wanted;
      {
        const MutexLock lock(mu);
        while (!asked && !stopping) changed.wait(mu);
        if (stopping) return;
        asked = false;
        wanted = path;
      }
      struct statvfs result{};
      const bool good = stat(wanted.c_str(), &result) == 0;
      const MutexLock lock(mu);
      answer = good ? std::optional(result) : std::nullopt;
      answered = true;
      changed.notify_all();
    }
  }

  void ask(const std::string& wanted) {
    const MutexLock lock(mu);
    path = wanted;
    answered = false;
    asked = true;
    changed.notify_all();
  }

  /// False when it has not answered by then.
  bool wait_answer(Monotonic::time_point until) {
    const MutexLock lock(mu);
    while (!answered) {
      if (!changed.wait_until(mu, until)) return answered;
    }
    return true;
  }

  bool has_answered() {
    const MutexLock lock(mu);
    return answered;
  }

  std::optional<struct statvfs> take() {
    const MutexLock lock(mu);
    return answer;
  }

  /// For a worker that waits for a question.
  void stop() {
    {
      const MutexLock lock(mu);
      stopping = true;
      changed.notify_all();
    }
    thread.join();
  }

  /// For one inside a call: it ends by itself when the call returns, if ever.
  void abandon() {
    {
      const MutexLock lock(mu);
      stopping = true;
    }
    thread.detach();
  }
};

MountProbe::~MountProbe() {
  forget_returned();
  for (Stuck& stuck : stuck_) stuck.worker->abandon();
  if (worker_) worker_->stop();
}

void MountProbe::forget_returned() {
  std::erase_if(stuck_, [](Stuck& stuck) {
    if (!stuck.worker->has_answered()) return false;
    stuck.worker->stop();
    return true;
  });
}

bool MountProbe::is_stuck(const std::string& path) const {
  return std::any_of(stuck_.begin(), stuck_.end(), [&path](const Stuck& stuck) { return stuck.path == path; });
}

std::vector<std::optional<struct statvfs>> MountProbe::probe(const std::vector<std::string>& paths) {
  forget_returned();
  std::vector<std::optional<struct statvfs>> answers(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    if (is_stuck(paths[i]) || stuck_.size() >= kMostStuck) continue;
    if (!worker_) worker_ = Worker::start(stat_);
    worker_->ask(paths[i]);
    if (worker_->wait_answer(Monotonic::now() + patience_)) {
      answers[i] = worker_->take();
    } else {
      stuck_.push_back({paths[i], std::move(worker_)});
    }
  }
  return answers;
}

}  // namespace oreum::collect
