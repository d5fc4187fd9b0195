// A part of the filesystem collector: asks mounted file systems how full they are, without waiting for a dead server.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/statvfs.h>

namespace oreum::collect {

/// statvfs(3) on a hung network mount does not come back. So it runs on a thread of its own, which is asked for all
/// mounts at once; a mount that does not answer in time is reported as failed and not asked again until the call
/// returns. Owned and called by one thread.
///
/// The one thread in Oreum that is ever detached is here: nothing can end a thread inside a hung system call, and the
/// process must still be able to stop. Such a thread owns what it touches.
class MountProbe {
 public:
  using StatFn = int (*)(const char* path, struct statvfs* out);

  explicit MountProbe(std::chrono::milliseconds patience, StatFn stat = &::statvfs)
      : patience_(patience), stat_(stat) {}
  ~MountProbe();
  MountProbe(const MountProbe&) = delete;
  MountProbe& operator=(const MountProbe&) = delete;

  /// One answer a path, in order; empty when the call failed or has not returned. Good until the next call.
  using Answers = std::vector<std::optional<struct statvfs>>;
  const Answers& probe(const std::vector<std::string>& paths);
  /// How many calls have not returned.
  size_t stuck() const { return stuck_.size(); }

 private:
  struct Worker;
  struct Stuck {
    std::string path;
    std::shared_ptr<Worker> worker;
  };
  void forget_returned();
  bool is_stuck(const std::string& path) const;
  size_t probe_from(size_t from, const std::vector<std::string>& paths);

  std::chrono::milliseconds patience_;
  StatFn stat_;
  std::shared_ptr<Worker> worker_;  // idle between two calls of probe(); made when needed
  std::vector<Stuck> stuck_;
  Answers answers_;
  std::vector<std::string> wanted_;  // what the worker is asked for
  std::vector<size_t> places_;       // beside wanted_: its place among all paths
};

}  // namespace oreum::collect
