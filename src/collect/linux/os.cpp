// The distribution, from /etc/os-release or /usr/lib/os-release: lines KEY=value, the value perhaps in quotes. Opened
// anew each time, as an upgrade puts another file in its place; hence in the slow lane.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo =
    gauge("node_os_info",
          "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, image_version, name, "
          "pretty_name, variant, variant_id, version, version_codename, version_id.");
constexpr model::MetricDesc kVersion =
    gauge("node_os_version", "Metric containing the major.minor part of the OS version.");

constexpr auto kKeys = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"BUILD_ID", "build_id"},
    {"ID", "id"},
    {"ID_LIKE", "id_like"},
    {"IMAGE_ID", "image_id"},
    {"IMAGE_VERSION", "image_version"},
    {"NAME", "name"},
    {"PRETTY_NAME", "pretty_name"},
    {"VARIANT", "variant"},
    {"VARIANT_ID", "variant_id"},
    {"VERSION", "version"},
    {"VERSION_CODENAME", "version_codename"},
    {"VERSION_ID", "version_id"},
});
constexpr size_t kId = 1;
constexpr size_t kIdLike = 2;
constexpr size_t kName = 5;
constexpr size_t kVersionId = 11;

using Values = std::array<std::string, kKeys.size()>;

/// The value as a shell reads it: quotes removed, and in double quotes and outside of quotes a backslash's next
/// character as it is.
std::string unquote(std::string_view text) {
  std::string out;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      out += text[++i];
    } else {
      out += c;
    }
  }
  return out;
}

Values parse_os_release(std::string_view text) {
  Values values;
  for (hostfs::Lines lines(text); const auto line = lines.next();) {
    const size_t equals = line->find('=');
    if (equals == std::string_view::npos) continue;
    for (size_t i = 0; i < kKeys.size(); ++i) {
      if (trim(line->substr(0, equals)) == kKeys[i].first) values[i] = unquote(trim(line->substr(equals + 1)));
    }
  }
  return values;
}

/// "12.5.1" → 12.5; empty when it begins with no number.
std::optional<double> major_minor(std::string_view version) {
  size_t end = 0;
  bool dot = false;
  while (end < version.size()) {
    const char c = version[end];
    if (c == '.' && !dot && end > 0) {
      dot = true;
    } else if (c < '0' || c > '9') {
      break;
    }
    ++end;
  }
  return parse_double(version.substr(0, end));
}

constexpr unsigned kReadEvery = 12;  // readings; the file changes with an upgrade of the system

class Os final : public Collector {
 public:
  explicit Os(const Context& context)
      : paths_{context.roots.rootfs("etc/os-release"), context.roots.rootfs("usr/lib/os-release")} {}

  Status collect(Sink& sink) override {
    if (known_for_ > 0) {
      --known_for_;
      emit(sink);
      return {};
    }
    for (const std::string& path : paths_) {
      hostfs::KeptFile file(path);
      const Result<std::string_view> text = file.read();
      if (!text && text.error().code() == Code::kNotFound) continue;
      if (!text) return text.error();
      if (*text != text_) {
        text_ = *text;
        values_ = parse_os_release(text_);
      }
      known_for_ = kReadEvery - 1;
      emit(sink);
      return {};
    }
    return no_data();
  }

 private:
  void emit(Sink& sink) const {
    std::array<model::Label, kKeys.size()> labels;
    for (size_t i = 0; i < kKeys.size(); ++i) labels[i] = {kKeys[i].second, values_[i]};
    sink.emit(kInfo, labels, 1);
    const std::optional<double> version = major_minor(values_[kVersionId]);
    if (!version || *version <= 0) return;
    sink.emit(kVersion, {{"id", values_[kId]}, {"id_like", values_[kIdLike]}, {"name", values_[kName]}}, *version);
  }

  std::array<std::string, 2> paths_;
  std::string text_;
  Values values_;
  unsigned known_for_ = 0;  // readings for which values_ stand
};

}  // namespace

std::unique_ptr<Collector> make_os(const Context& context) { return std::make_unique<Os>(context); }

}  // namespace oreum::collect
