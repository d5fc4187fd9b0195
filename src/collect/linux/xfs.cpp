// XFS: /sys/fs/xfs/<device>/stats/stats, lines of a group's name and its counters.
#include <fmt/core.h>

#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/keyed_numbers.h"

namespace oreum::collect {

namespace {

struct Stat {
  std::string_view line;
  size_t column;
  model::MetricDesc desc;
};

constexpr Stat stat(std::string_view line, size_t column, std::string_view name, std::string_view help) {
  return {line, column, counter(name, help)};
}

constexpr Stat kStats[] = {
    stat("extent_alloc", 0, "node_xfs_extent_allocation_extents_allocated_total",
         "Number of extents allocated for a filesystem."),
    stat("extent_alloc", 1, "node_xfs_extent_allocation_blocks_allocated_total",
         "Number of blocks allocated for a filesystem."),
    stat("extent_alloc", 2, "node_xfs_extent_allocation_extents_freed_total",
         "Number of extents freed for a filesystem."),
    stat("extent_alloc", 3, "node_xfs_extent_allocation_blocks_freed_total",
         "Number of blocks freed for a filesystem."),
    stat("abt", 0, "node_xfs_allocation_btree_lookups_total", "Number of allocation B-tree lookups for a filesystem."),
    stat("abt", 1, "node_xfs_allocation_btree_compares_total",
         "Number of allocation B-tree compares for a filesystem."),
    stat("abt", 2, "node_xfs_allocation_btree_records_inserted_total",
         "Number of allocation B-tree records inserted for a filesystem."),
    stat("abt", 3, "node_xfs_allocation_btree_records_deleted_total",
         "Number of allocation B-tree records deleted for a filesystem."),
    stat("blk_map", 0, "node_xfs_block_mapping_reads_total",
         "Number of block map for read operations for a filesystem."),
    stat("blk_map", 1, "node_xfs_block_mapping_writes_total",
         "Number of block map for write operations for a filesystem."),
    stat("blk_map", 2, "node_xfs_block_mapping_unmaps_total", "Number of block unmaps (deletes) for a filesystem."),
    stat("blk_map", 3, "node_xfs_block_mapping_extent_list_insertions_total",
         "Number of extent list insertions for a filesystem."),
    stat("blk_map", 4, "node_xfs_block_mapping_extent_list_deletions_total",
         "Number of extent list deletions for a filesystem."),
    stat("blk_map", 5, "node_xfs_block_mapping_extent_list_lookups_total",
         "Number of extent list lookups for a filesystem."),
    stat("blk_map", 6, "node_xfs_block_mapping_extent_list_compares_total",
         "Number of extent list compares for a filesystem."),
    stat("bmbt", 0, "node_xfs_block_map_btree_lookups_total", "Number of block map B-tree lookups for a filesystem."),
    stat("bmbt", 1, "node_xfs_block_map_btree_compares_total", "Number of block map B-tree compares for a filesystem."),
    stat("bmbt", 2, "node_xfs_block_map_btree_records_inserted_total",
         "Number of block map B-tree records inserted for a filesystem."),
    stat("bmbt", 3, "node_xfs_block_map_btree_records_deleted_total",
         "Number of block map B-tree records deleted for a filesystem."),
    stat("dir", 0, "node_xfs_directory_operation_lookup_total",
         "Number of directory lookups of file names that missed the operating system's name cache."),
    stat("dir", 1, "node_xfs_directory_operation_create_total",
         "Number of times a new directory entry was created for a filesystem."),
    stat("dir", 2, "node_xfs_directory_operation_remove_total",
         "Number of times an existing directory entry was removed for a filesystem."),
    stat("dir", 3, "node_xfs_directory_operation_getdents_total",
         "Number of times the directory getdents operation was performed for a filesystem."),
    stat("ig", 0, "node_xfs_inode_operation_attempts_total",
         "Number of times an inode was looked for in the inode cache."),
    stat("ig", 1, "node_xfs_inode_operation_found_total", "Number of times an inode was found in the inode cache."),
    stat("ig", 2, "node_xfs_inode_operation_recycled_total",
         "Number of times an inode was found in the inode cache but could not be used as it was being recycled."),
    stat("ig", 3, "node_xfs_inode_operation_missed_total",
         "Number of times an inode was not found in the inode cache."),
    stat("ig", 4, "node_xfs_inode_operation_duplicates_total",
         "Number of times a missing inode was already put into the inode cache by another process."),
    stat("ig", 5, "node_xfs_inode_operation_reclaims_total",
         "Number of times an inode was dropped from the inode cache to free its memory."),
    stat("ig", 6, "node_xfs_inode_operation_attribute_changes_total",
         "Number of times the attributes of an inode were changed explicitly."),
    stat("rw", 0, "node_xfs_write_calls_total", "Number of write(2) system calls made to files in a filesystem."),
    stat("rw", 1, "node_xfs_read_calls_total", "Number of read(2) system calls made to files in a filesystem."),
    stat("vnodes", 0, "node_xfs_vnode_active_total", "Number of vnodes not on free lists for a filesystem."),
    stat("vnodes", 1, "node_xfs_vnode_allocate_total", "Number of times vn_alloc called for a filesystem."),
    stat("vnodes", 2, "node_xfs_vnode_get_total", "Number of times vn_get called for a filesystem."),
    stat("vnodes", 3, "node_xfs_vnode_hold_total", "Number of times vn_hold called for a filesystem."),
    stat("vnodes", 4, "node_xfs_vnode_release_total", "Number of times vn_rele called for a filesystem."),
    stat("vnodes", 5, "node_xfs_vnode_reclaim_total", "Number of times vn_reclaim called for a filesystem."),
    stat("vnodes", 6, "node_xfs_vnode_remove_total", "Number of times vn_remove called for a filesystem."),
};

class Xfs final : public Collector {
 public:
  explicit Xfs(const Context& context) : folder_(context.roots.sysfs("fs/xfs")) {}

  Status collect(Sink& sink) override {
    Status status;
    for (const std::string& device : folder_.names()) {
      // Beside the devices stand "debug" and "stats", the sum of all.
      const std::optional<std::string> text = folder_.folder(device).raw("stats/stats");
      if (!text) continue;
      if (Status parsed = numbers_.parse(*text); !parsed) {
        status = std::move(parsed).error().wrap(fmt::format("{}/{}/stats/stats", folder_.path(), device));
        continue;
      }
      for (const auto& [line, column, desc] : kStats) {
        if (const auto value = numbers_.get(line, column)) sink.emit(desc, {{"device", device}}, *value);
      }
    }
    return status;
  }

 private:
  Attributes folder_;
  KeyedNumbers numbers_;
};

}  // namespace

std::unique_ptr<Collector> make_xfs(const Context& context) { return std::make_unique<Xfs>(context); }

}  // namespace oreum::collect
