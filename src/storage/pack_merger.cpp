#include "storage/pack_merger.h"

#include <algorithm>
#include <tuple>

namespace oreum::storage {

/// A pack being read.
struct PackMerger::Source {
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
  Status read(const LoadPack& load, Rows& rows) {
    if (pack == nullptr) {
      TRY_ASSIGN(pack, load(*meta));
    }
    if (rows.v.empty()) rows.clear(pack->fields());
    if (pack->fields() != rows.v.size()) return Error(Code::kDataLoss, "packs of different kinds in one window");
    for (const encoding::PackChunk& chunk : pack->of(ordinal)) TRY(read_chunk(*pack, chunk, rows));
    return {};
  }
  /// Whether `a` comes after `b`. Rows of one ref so come mostly in order.
  static bool after(const Source* a, const Source* b) {
    return std::tuple(a->ref(), a->meta->t_min) > std::tuple(b->ref(), b->meta->t_min);
  }
};

PackMerger::PackMerger(std::span<const PackPtr> packs, LoadPack load) : load_(std::move(load)) {
  for (const PackPtr& meta : packs) sources_.push_back({meta, nullptr, 0, 0});
  for (Source& source : sources_) heap_.push_back(&source);
  std::make_heap(heap_.begin(), heap_.end(), Source::after);
}

PackMerger::~PackMerger() = default;
PackMerger::PackMerger(PackMerger&&) noexcept = default;

std::optional<int64_t> PackMerger::ref() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->ref();
}

Status PackMerger::read(Rows& rows, int64_t& damaged) {
  const int64_t ref = heap_.front()->ref();
  rows.clear(fields_);
  while (!heap_.empty() && heap_.front()->ref() == ref) {
    std::pop_heap(heap_.begin(), heap_.end(), Source::after);
    Source* source = heap_.back();
    if (Status status = source->read(load_, rows); !status) {
      damaged = source->meta->id;
      return status;
    }
    source->advance();
    if (source->done()) {
      heap_.pop_back();
    } else {
      std::push_heap(heap_.begin(), heap_.end(), Source::after);
    }
  }
  fields_ = rows.v.size();
  return {};
}

Status merge_packs(std::span<const PackPtr> packs, const LoadPack& load, int64_t& damaged,
                   const std::function<Status(int64_t, Rows&)>& f) {
  PackMerger merger(packs, load);
  Rows rows;
  while (const std::optional<int64_t> ref = merger.ref()) {
    TRY(merger.read(rows, damaged));
    TRY(f(*ref, rows));
  }
  return {};
}

}  // namespace oreum::storage
