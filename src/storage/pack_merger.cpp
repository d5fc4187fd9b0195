#include "storage/pack_merger.h"

#include <algorithm>
#include <tuple>

namespace oreum::storage {

namespace {

/// A pack being read.
struct Source {
  PackPtr meta;
  std::shared_ptr<const encoding::Pack> pack;  // from its first series to its last
  uint32_t ordinal = 0;                        // of the next series
  size_t run = 0;                              // that holds it

  bool done() const { return run == meta->refs.runs().size(); }
  int64_t ref() const {
    const RefRuns::Run& r = meta->refs.runs()[run];
    return r.first + (ordinal - r.ordinal);
  }
  void advance() {
    const RefRuns::Run& r = meta->refs.runs()[run];
    if (++ordinal == r.ordinal + r.size) ++run;
    if (done()) pack.reset();
  }
};

Status read(Source& source, const LoadPack& load, Rows& rows) {
  if (source.pack == nullptr) {
    TRY_ASSIGN(source.pack, load(*source.meta));
  }
  if (rows.v.empty()) rows.clear(source.pack->fields());
  if (source.pack->fields() != rows.v.size()) return Error(Code::kDataLoss, "packs of different kinds in one window");
  for (const encoding::PackChunk& chunk : source.pack->of(source.ordinal)) TRY(read_chunk(*source.pack, chunk, rows));
  return {};
}

}  // namespace

Status merge_packs(std::span<const PackPtr> packs, const LoadPack& load, int64_t& damaged,
                   const std::function<Status(int64_t, Rows&)>& f) {
  std::vector<Source> sources;
  for (const PackPtr& meta : packs) sources.push_back({meta, nullptr, 0, 0});
  // A heap with the least ref on top, and of one ref the earliest, so that rows mostly come in order.
  const auto after = [](const Source* a, const Source* b) {
    return std::tuple(a->ref(), a->meta->t_min) > std::tuple(b->ref(), b->meta->t_min);
  };
  std::vector<Source*> heap;
  for (Source& source : sources) heap.push_back(&source);
  std::make_heap(heap.begin(), heap.end(), after);
  Rows rows;
  while (!heap.empty()) {
    const int64_t ref = heap.front()->ref();
    rows.clear(rows.v.size());
    while (!heap.empty() && heap.front()->ref() == ref) {
      std::pop_heap(heap.begin(), heap.end(), after);
      Source* source = heap.back();
      if (Status status = read(*source, load, rows); !status) {
        damaged = source->meta->id;
        return status;
      }
      source->advance();
      if (source->done()) {
        heap.pop_back();
      } else {
        std::push_heap(heap.begin(), heap.end(), after);
      }
    }
    TRY(f(ref, rows));
  }
  return {};
}

}  // namespace oreum::storage
