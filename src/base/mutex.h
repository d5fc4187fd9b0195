// A mutex that clang's thread-safety analysis understands: members say GUARDED_BY(mu_), functions REQUIRES(mu_).
#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#if defined(__clang__)
#define OREUM_TSA(x) __attribute__((x))
#else
#define OREUM_TSA(x)
#endif
#define CAPABILITY(x) OREUM_TSA(capability(x))
#define SCOPED_CAPABILITY OREUM_TSA(scoped_lockable)
#define GUARDED_BY(x) OREUM_TSA(guarded_by(x))
#define PT_GUARDED_BY(x) OREUM_TSA(pt_guarded_by(x))
#define REQUIRES(...) OREUM_TSA(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) OREUM_TSA(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) OREUM_TSA(acquire_capability(__VA_ARGS__))
#define REQUIRES_SHARED(...) OREUM_TSA(requires_shared_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) OREUM_TSA(acquire_shared_capability(__VA_ARGS__))
#define RELEASE(...) OREUM_TSA(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS OREUM_TSA(no_thread_safety_analysis)

namespace oreum {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mu_.lock(); }
  void unlock() RELEASE() { mu_.unlock(); }

 private:
  std::mutex mu_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mu) ACQUIRE(mu) : mu_(mu) { mu_.lock(); }
  ~MutexLock() RELEASE() { mu_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

/// Many readers or one writer.
class CAPABILITY("mutex") SharedMutex {
 public:
  void lock() ACQUIRE() { mu_.lock(); }
  void unlock() RELEASE() { mu_.unlock(); }
  void lock_shared() ACQUIRE_SHARED() { mu_.lock_shared(); }
  void unlock_shared() OREUM_TSA(release_shared_capability()) { mu_.unlock_shared(); }

 private:
  std::shared_mutex mu_;
};

class SCOPED_CAPABILITY WriteLock {
 public:
  explicit WriteLock(SharedMutex& mu) ACQUIRE(mu) : mu_(mu) { mu_.lock(); }
  ~WriteLock() RELEASE() { mu_.unlock(); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  SharedMutex& mu_;
};

class SCOPED_CAPABILITY ReadLock {
 public:
  explicit ReadLock(SharedMutex& mu) ACQUIRE_SHARED(mu) : mu_(mu) { mu_.lock_shared(); }
  ~ReadLock() RELEASE() { mu_.unlock_shared(); }
  ReadLock(const ReadLock&) = delete;
  ReadLock& operator=(const ReadLock&) = delete;

 private:
  SharedMutex& mu_;
};

/// Waits release and take back the Mutex the caller holds; callers loop on their condition.
class CondVar {
 public:
  void wait(Mutex& mu) REQUIRES(mu) { cv_.wait(mu); }
  /// False when the time ran out.
  template <typename TimePoint>
  bool wait_until(Mutex& mu, TimePoint at) REQUIRES(mu) {
    return cv_.wait_until(mu, at) == std::cv_status::no_timeout;
  }
  void notify_one() { cv_.notify_one(); }
  void notify_all() { cv_.notify_all(); }

 private:
  std::condition_variable_any cv_;
};

}  // namespace oreum
