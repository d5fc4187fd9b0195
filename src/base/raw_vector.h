// A std::vector whose resize() leaves numbers as the memory holds them, for columns that are written whole right after.
#pragma once

#include <algorithm>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace oreum {

template <typename T>
class RawAllocator : public std::allocator<T> {
 public:
  static_assert(std::is_trivial_v<T>);
  template <typename U>
  struct rebind {
    using other = RawAllocator<U>;
  };
  RawAllocator() = default;
  template <typename U>
  RawAllocator(const RawAllocator<U>& /*other*/) noexcept {}  // NOLINT(google-explicit-constructor)

  template <typename U>
  void construct(U* at) noexcept {
    ::new (static_cast<void*>(at)) U;  // not U(): no zeros
  }
  template <typename U, typename... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
};

template <typename T>
using RawVector = std::vector<T, RawAllocator<T>>;

template <typename T>
bool operator==(const RawVector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace oreum
