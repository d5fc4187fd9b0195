#include "collect/linux/mount_probe.h"

#include <algorithm>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"

namespace oreum::collect {

namespace {

constexpr size_t kMostStuck = 16;  // more hung mounts than this are reported as failed without a thread for each

}  // namespace

/// One thread and its mailbox: paths in, answers out.
struct MountProbe::Worker {
  Mutex mu;
  CondVar asked;
  CondVar answered;
  std::vector<std::string> paths GUARDED_BY(mu);
  Answers answers GUARDED_BY(mu);  // beside paths
  size_t done GUARDED_BY(mu) = 0;  // how many have their answer
  bool stopping GUARDED_BY(mu) = false;
  std::thread thread;

  static std::shared_ptr<Worker> start(StatFn stat) {
    auto worker = std::make_shared<Worker>();
    worker->thread = std::thread([worker, stat] { worker->run(stat); });
    return worker;
  }

  void run(StatFn stat) {
    for (std::string path; next(path);) {
      struct statvfs result{};
      const bool good = stat(path.c_str(), &result) == 0;
      const MutexLock lock(mu);
      answers[done++] = good ? std::optional(result) : std::nullopt;
      if (done == paths.size()) answered.notify_all();
    }
  }

  /// False when there will be no more.
  bool next(std::string& path) {
    const MutexLock lock(mu);
    while (done == paths.size() && !stopping) asked.wait(mu);
    if (stopping) return false;
    path = paths[done];
    return true;
  }

  void ask(const std::vector<std::string>& wanted) {
    const MutexLock lock(mu);
    paths = wanted;
    answers.assign(wanted.size(), std::nullopt);
    done = 0;
    asked.notify_all();
  }

  /// Returns when all are answered, or when one has had `patience` and no answer: that is at the index returned.
  size_t wait(std::chrono::milliseconds patience) {
    const MutexLock lock(mu);
    for (size_t before = 0;; before = done) {
      const auto until = Monotonic::now() + patience;
      while (done < paths.size() && answered.wait_until(mu, until)) {
      }
      if (done == paths.size() || done == before) return done;
    }
  }

  std::optional<struct statvfs> answer(size_t i) {
    const MutexLock lock(mu);
    return answers[i];
  }

  /// Not to go on after the call it is in.
  void forget_the_rest() {
    const MutexLock lock(mu);
    paths.resize(done + 1);
  }

  bool has_answered() {
    const MutexLock lock(mu);
    return done == paths.size();
  }

  /// For a worker that waits for a question.
  void stop() {
    {
      const MutexLock lock(mu);
      stopping = true;
      asked.notify_all();
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

const MountProbe::Answers& MountProbe::probe(const std::vector<std::string>& paths) {
  forget_returned();
  answers_.assign(paths.size(), std::nullopt);
  for (size_t from = 0; from < paths.size();) from = probe_from(from, paths);
  return answers_;
}

/// Asks for all from there on at once; returns where to go on when one hangs.
size_t MountProbe::probe_from(size_t from, const std::vector<std::string>& paths) {
  wanted_.clear();
  places_.clear();
  for (size_t i = from; i < paths.size(); ++i) {
    if (is_stuck(paths[i]) || stuck_.size() >= kMostStuck) continue;
    wanted_.push_back(paths[i]);
    places_.push_back(i);
  }
  if (wanted_.empty()) return paths.size();
  if (!worker_) worker_ = Worker::start(stat_);
  worker_->ask(wanted_);
  const size_t done = worker_->wait(patience_);
  for (size_t i = 0; i < done; ++i) answers_[places_[i]] = worker_->answer(i);
  if (done == wanted_.size()) return paths.size();
  worker_->forget_the_rest();
  stuck_.push_back({wanted_[done], std::move(worker_)});
  return places_[done] + 1;
}

}  // namespace oreum::collect
