#include "hostfs/shared_texts.h"

namespace oreum::hostfs {

SharedFile::SharedFile(SharedTexts& texts, const std::string& path) {
  std::shared_ptr<Text>& text = texts.texts_[path];
  if (!text) text = std::make_shared<Text>(path);
  text_ = text;
}

Result<std::string_view> SharedFile::read() {
  if (seen_ == text_->generation) {
    TRY_ASSIGN(text_->last, text_->file.read());
    ++text_->generation;
  }
  seen_ = text_->generation;
  return text_->last;
}

}  // namespace oreum::hostfs
