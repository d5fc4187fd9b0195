// SharedTexts: a file that several collectors read at one tick is read once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "hostfs/hostfs.h"

namespace oreum::hostfs {

class SharedTexts;

/// One reader's view of a shared file. Not thread-safe, nor are its companions on the same file together.
class SharedFile {
 public:
  SharedFile(SharedTexts& texts, const std::string& path);

  /// The text that another reader took since this one's last reading, else a new one; so that readers that take turns
  /// get the same text at each turn. Good until the next reading by any of them.
  Result<std::string_view> read();
  const std::string& path() const { return text_->file.path(); }

 private:
  friend class SharedTexts;
  struct Text {
    explicit Text(const std::string& path) : file(path) {}
    KeptFile file;
    std::string_view last;    // what the file holds since the last reading that succeeded
    uint64_t generation = 0;  // readings that succeeded
  };
  std::shared_ptr<Text> text_;
  uint64_t seen_ = 0;  // the generation last handed out
};

/// The files that are shared, by path.
class SharedTexts {
 private:
  friend class SharedFile;
  std::map<std::string, std::shared_ptr<SharedFile::Text>, std::less<>> texts_;
};

}  // namespace oreum::hostfs
