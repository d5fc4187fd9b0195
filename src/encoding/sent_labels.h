// Label sets as senders write them → the canonical encoding.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"

namespace oreum::encoding {

/// Sorts the labels and writes their canonical encoding. What is wrong with them, if anything: a series needs a
/// __name__ and label names that are not empty and come once, all of it in UTF-8; labels with an empty value fall away.
std::string_view encode_sent(std::vector<model::Label>& labels, std::string& encoded);

}  // namespace oreum::encoding
