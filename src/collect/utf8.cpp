#include "collect/utf8.h"

#include "model/labels.h"

namespace oreum::collect {

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t length = 1;
    while (length <= 4 && i + length <= text.size() && !model::is_valid_utf8(text.substr(i, length))) ++length;
    if (length > 4 || i + length > text.size()) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  return out;
}

}  // namespace oreum::collect
