#include "storage/index.h"

#include <cstring>
#include <random>

#include <xxhash.h>

namespace oreum::storage {

namespace {

constexpr size_t kFirstBlock = 4096;
constexpr size_t kLargestBlock = 256 * 1024;

uint64_t random_seed() {
  std::random_device random;
  return uint64_t{random()} << 32 | random();
}

}  // namespace

LabelIndex::LabelIndex() : seed_(random_seed()) {}

LabelIndex::~LabelIndex() {
  names_.for_each([](IndexName& name) {
    name.values.for_each([](IndexValue& value) { value.~IndexValue(); });
    name.~IndexName();
  });
}

uint32_t LabelIndex::hash(std::string_view text) const {
  return static_cast<uint32_t>(XXH3_64bits_withSeed(text.data(), text.size(), seed_));
}

void* LabelIndex::allocate(size_t bytes) {
  bytes = (bytes + 7) & ~size_t{7};
  if (bytes > free_bytes_) {
    const size_t block = std::max(bytes, std::min(kLargestBlock, std::max(kFirstBlock, block_bytes_)));
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
    free_ = blocks_.back().get();
    free_bytes_ = block;
    block_bytes_ += block;
  }
  void* memory = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return memory;
}

IndexName& LabelIndex::own_name(std::string_view text, Reclaimer& reclaimer) {
  const uint32_t h = hash(text);
  if (IndexName* known = names_.find(text, h)) return *known;
  auto* copy = static_cast<char*>(allocate(text.size()));
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  auto* name = new (allocate(sizeof(IndexName))) IndexName(h, {copy, text.size()});
  names_.insert(name, reclaimer);
  return *name;
}

IndexValue& LabelIndex::own_value(IndexName& name, std::string_view text, Reclaimer& reclaimer) {
  if (name.last != nullptr && name.last->text() == text) return *name.last;
  const uint32_t h = hash(text);
  if (IndexValue* known = name.values.find(text, h)) return *(name.last = known);
  auto* value = new (allocate(sizeof(IndexValue) + text.size()))
      IndexValue{.postings = {}, .hash = h, .size = static_cast<uint32_t>(text.size())};
  std::memcpy(static_cast<void*>(value + 1), text.data(), text.size());
  name.values.insert(value, reclaimer);
  name.last = value;
  return *value;
}

uint32_t LabelIndex::insert(HeadSeries* series, const model::Labels& labels, Reclaimer& reclaimer) {
  const uint32_t ordinal = ordinals();
  series_.push_back(series, reclaimer);
  for (const model::Label& label : labels) {
    IndexName& name = own_name(label.name, reclaimer);
    IndexValue& value = own_value(name, label.value, reclaimer);
    value.postings.append(ordinal, reclaimer);
    value.live.fetch_add(1, std::memory_order_relaxed);
    name.live.fetch_add(1, std::memory_order_relaxed);
    name.total.fetch_add(1, std::memory_order_relaxed);
  }
  return ordinal;
}

void LabelIndex::erase(uint32_t ordinal, const model::Labels& labels) {
  std::atomic_ref(series_.view()[ordinal]).store(nullptr, std::memory_order_release);
  for (const model::Label& label : labels) {
    IndexName* name = names_.find(label.name, hash(label.name));
    name->live.fetch_sub(1, std::memory_order_relaxed);
    name->values.find(label.value, hash(label.value))->live.fetch_sub(1, std::memory_order_relaxed);
  }
}

HeadSeries* LabelIndex::series(uint32_t ordinal) const {
  return std::atomic_ref(series_.view()[ordinal]).load(std::memory_order_acquire);
}

const IndexName* LabelIndex::name(std::string_view name) const { return names_.find(name, hash(name)); }

const IndexValue* LabelIndex::value(const IndexName& name, std::string_view value) const {
  return name.values.find(value, hash(value));
}

size_t LabelIndex::bytes() const {
  size_t bytes = block_bytes_ + series_.bytes() + names_.bytes();
  names_.for_each([&](const IndexName& name) {
    bytes += name.values.bytes();
    name.values.for_each([&](const IndexValue& value) {
      if (const uint32_t n = value.postings.view().size(); n > 1) bytes += n * sizeof(uint32_t);
    });
  });
  return bytes;
}

}  // namespace oreum::storage
