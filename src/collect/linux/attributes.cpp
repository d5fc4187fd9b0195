#include "collect/linux/attributes.h"

#include "base/number.h"
#include "collect/collector.h"

namespace oreum::collect {

std::string Attributes::path_of(std::string_view name) const {
  std::string out = path_;
  out.append("/").append(name);
  return out;
}

std::optional<std::string> Attributes::raw(std::string_view name) const {
  hostfs::KeptFile file(path_of(name));
  const Result<std::string_view> text = file.read();
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::optional<std::string> Attributes::text(std::string_view name) const {
  hostfs::KeptFile file(path_of(name));
  const Result<std::string_view> text = file.read();
  if (!text) return std::nullopt;
  return std::string(trim(*text));
}

std::optional<uint64_t> Attributes::u64(std::string_view name) const {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  return value->starts_with("0x") ? parse_hex(*value) : parse_u64(*value);
}

std::optional<int64_t> Attributes::i64(std::string_view name) const {
  const std::optional<std::string> value = text(name);
  return value ? parse_i64(*value) : std::nullopt;
}

std::vector<std::string> Attributes::names() const {
  return hostfs::list_dir(path_).value_or(std::vector<std::string>());
}

Result<std::vector<std::string>> list_or_no_data(const std::string& folder) {
  Result<std::vector<std::string>> names = hostfs::list_dir(folder);
  if (!names && names.error().code() == Code::kNotFound) return no_data();
  return names;
}

Result<std::string_view> read_or_no_data(hostfs::KeptFile& file) {
  Result<std::string_view> text = file.read();
  if (!text && text.error().code() == Code::kNotFound) return no_data();
  return text;
}

std::string_view number_after(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  return parse_u64(name) ? name : std::string_view();
}

}  // namespace oreum::collect
