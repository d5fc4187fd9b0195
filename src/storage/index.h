// The index over label sets: for each label value, which series carry it.
//
// Series are known by ordinals, which rise with every series and are never used twice; so posting lists grow at their
// end only. An erased series leaves a hole; Head makes an index afresh when there are many.
//
// Thread rule: one writer at a time, under the owner's locks. Readers need no lock, only a Reclaimer::Pin and the
// number of ordinals, both taken under a lock (HeadView): they see every series below that number whole, and ignore
// what came later.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "storage/index_array.h"
#include "storage/index_postings.h"
#include "storage/index_reclaim.h"
#include "storage/index_table.h"

namespace oreum::storage {

struct HeadSeries;

/// One value of a label, with its text behind it in the same allocation.
struct IndexValue {
  Postings postings;
  std::atomic<uint32_t> live{0};  // series that carry it now; `postings` has the erased ones, too
  const uint32_t hash;
  const uint32_t size;

  std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

struct IndexName {
  std::atomic<uint32_t> live{0};   // series that have this label now
  std::atomic<uint32_t> total{0};  // postings of all its values
  const uint32_t hash;
  const std::string_view name;
  TextTable<IndexValue> values;
  IndexValue* last = nullptr;  // the writer's: series of one source come together, so the next often has the same value

  IndexName(uint32_t h, std::string_view n) : hash(h), name(n) {}
  std::string_view text() const { return name; }
};

class LabelIndex {
 public:
  LabelIndex();
  LabelIndex(const LabelIndex&) = delete;
  LabelIndex& operator=(const LabelIndex&) = delete;
  ~LabelIndex();

  // The writer's.
  /// Returns the ordinal. The series outlives the pins taken until it is erased.
  uint32_t insert(HeadSeries* series, const model::Labels& labels, Reclaimer& reclaimer);
  void erase(uint32_t ordinal, const model::Labels& labels);

  // Anybody's, see the thread rule.
  uint32_t ordinals() const { return static_cast<uint32_t>(series_.view().size()); }
  /// Null once erased.
  HeadSeries* series(uint32_t ordinal) const;
  const IndexName* name(std::string_view name) const;
  const IndexValue* value(const IndexName& name, std::string_view value) const;
  const TextTable<IndexName>& names() const { return names_; }
  /// What it takes in memory, about.
  size_t bytes() const;

 private:
  uint32_t hash(std::string_view text) const;
  IndexName& own_name(std::string_view text, Reclaimer& reclaimer);
  IndexValue& own_value(IndexName& name, std::string_view text, Reclaimer& reclaimer);
  void* allocate(size_t bytes);

  const uint64_t seed_;  // random: nobody can send values that collide
  SharedArray<HeadSeries*> series_;
  TextTable<IndexName> names_;
  // Names, values and their texts, one behind the other; freed with the index.
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t block_bytes_ = 0;  // of all blocks
};

}  // namespace oreum::storage
