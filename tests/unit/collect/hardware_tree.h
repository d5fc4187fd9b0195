// What the tests of hardware collectors share: the fixture machine host-hardware with what it must show, and small
// trees.
#pragma once

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::test {

/// A reading of host-hardware, the tree's path written TREE.
inline std::string read_hardware(std::string_view collector) {
  const std::string tree = fixture("host-hardware").string();
  std::string text = read_tree(collector, tree);
  for (size_t at = text.find(tree); at != std::string::npos; at = text.find(tree, at)) {
    text.replace(at, tree.size(), "TREE");
  }
  return text;
}

/// What node_exporter 1.5.0 shows of the same tree: tests/fixtures/host-hardware/expected/<collector>.txt.
inline std::string expected_hardware(std::string_view collector) {
  std::ifstream file(fixture("host-hardware") / "expected" / (std::string(collector) + ".txt"));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A reading of a tree of these files; the text "/" makes a folder in the place of a file, which none can read.
inline std::string read_files(std::string_view collector,
                              std::initializer_list<std::pair<std::string_view, std::string_view>> files) {
  const TempDir tree;
  for (const auto& [path, text] : files) {
    if (text == "/") {
      std::filesystem::create_directories(tree.path() / path);
    } else {
      tree.write(path, text);
    }
  }
  std::string out = read_tree(collector, tree.path());
  const std::string root = tree.path().string();
  for (size_t at = out.find(root); at != std::string::npos; at = out.find(root, at))
    out.replace(at, root.size(), "TREE");
  return out;
}

}  // namespace oreum::test
