// Loading: file, then variables, then flags; each value goes through its setting's parser.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include <fmt/core.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "base/file.h"
#include "config/config.h"

extern char** environ;

namespace oreum::config {

namespace {

constexpr std::string_view kPrefix = "OREUM_";
// Variables that are not settings: base/fault.h, and the clients' --server.
constexpr std::array<std::string_view, 2> kOthers{"OREUM_FAULT", "OREUM_SERVER"};

const Setting* find_setting(std::string_view key) {
  for (const Setting& setting : settings()) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

bool is_section(std::string_view key) {
  const std::string prefix = std::string(key) + ".";
  return std::any_of(settings().begin(), settings().end(), [&](const Setting& s) { return s.key.starts_with(prefix); });
}

std::string nearest_key(std::string_view key) {
  std::vector<std::string_view> known;
  for (const Setting& setting : settings()) known.push_back(setting.key);
  return nearest(key, known);
}

std::string did_you_mean(std::string_view word) { return word.empty() ? "" : fmt::format("; did you mean {}?", word); }

Status apply(Loaded& loaded, const Setting& setting, std::string_view text, const std::string& origin) {
  Status set = setting.set(loaded.config, text);
  if (!set) return std::move(set).error().wrap(fmt::format("{}: {}", origin, setting.key));
  loaded.origin[std::string(setting.key)] = origin;
  return {};
}

/// Walks the file's mapping; nested mappings make dotted keys.
class FileReader {
 public:
  FileReader(Loaded& loaded, std::string file) : loaded_(loaded), file_(std::move(file)) {}

  Status read_map(const YAML::Node& map, const std::string& prefix) {
    if (!map.IsMap()) return bad(map.Mark(), fmt::format("expected keys and values, like `{}`", "interval: 1s"));
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) return bad(entry.first.Mark(), "expected a plain key");
      const std::string key = prefix + entry.first.Scalar();
      if (!seen.insert(key).second) return bad(entry.first.Mark(), fmt::format("{} is given twice", key));
      TRY(read_entry(key, entry.first.Mark(), entry.second));
    }
    return {};
  }

 private:
  Status read_entry(const std::string& key, const YAML::Mark& mark, const YAML::Node& value) {
    const Setting* setting = find_setting(key);
    if (setting == nullptr) {
      if (is_section(key)) return value.IsNull() ? Status{} : read_map(value, key + ".");
      return bad(mark, fmt::format("unknown key {}{}", key, did_you_mean(nearest_key(key))));
    }
    if (value.IsMap()) return bad(value.Mark(), fmt::format("{}: expected one value, like {}", key, setting->example));
    std::string text;
    if (value.IsScalar()) text = value.Scalar();
    if (value.IsSequence()) {
      for (const auto& item : value) {
        if (!item.IsScalar()) return bad(item.Mark(), fmt::format("{}: expected a list of plain values", key));
        text += (text.empty() ? "" : ",") + item.Scalar();
      }
    }
    return apply(loaded_, *setting, text, place(value.IsNull() ? mark : value.Mark()));
  }

  std::string place(const YAML::Mark& mark) const {
    return fmt::format("{}:{}:{}", file_, mark.line + 1, mark.column + 1);
  }
  Error bad(const YAML::Mark& mark, const std::string& what) const {
    return {Code::kInvalidArgument, fmt::format("{}: {}", place(mark), what)};
  }

  Loaded& loaded_;
  std::string file_;
};

Status read_yaml(Loaded& loaded, const std::string& file) {
  Result<std::string> text = read_file(file);
  if (!text) return std::move(text).error().wrap("the configuration cannot be read");
  try {
    const YAML::Node root = YAML::Load(*text);
    if (root.IsNull()) return {};
    return FileReader(loaded, file).read_map(root, "");
  } catch (const YAML::Exception& e) {
    return Error(Code::kInvalidArgument, fmt::format("{}:{}:{}: {}", file, e.mark.line + 1, e.mark.column + 1, e.msg));
  }
}

Status read_variables(Loaded& loaded, const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) {
    const auto setting = std::find_if(settings().begin(), settings().end(),
                                      [&](const Setting& s) { return variable_of(s.key) == name; });
    if (setting != settings().end()) {
      TRY(apply(loaded, *setting, value, name));
    } else if (std::find(kOthers.begin(), kOthers.end(), name) == kOthers.end()) {
      std::vector<std::string> names;
      for (const Setting& s : settings()) names.push_back(variable_of(s.key));
      const std::vector<std::string_view> views(names.begin(), names.end());
      loaded.warnings.push_back(
          fmt::format("the variable {} is none of Oreum's{}", name, did_you_mean(nearest(name, views))));
    }
  }
  return {};
}

std::string default_data_folder() {
  if (::geteuid() == 0) return "/var/lib/oreum";
  const char* xdg = std::getenv("XDG_DATA_HOME");  // NOLINT(concurrency-mt-unsafe): before threads start
  if (xdg != nullptr && *xdg != '\0') return std::string(xdg) + "/oreum";
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  return home != nullptr && *home != '\0' ? std::string(home) + "/.local/share/oreum" : "oreum-data";
}

std::string host_name() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  name.resize(name.find('\0'));
  return name;
}

Status validate(const Config& config) {
  if (!config.listen.loopback() && !config.insecure_listen) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("listening on {} would let anyone who reaches it read and write: listen on loopback, or "
                             "say --insecure-listen if something else guards it",
                             config.listen.to_string()));
  }
  if (config.slow_interval < config.interval) {
    return Error(Code::kInvalidArgument,
                 fmt::format("slow_interval {} is shorter than interval {}", format_duration(config.slow_interval),
                             format_duration(config.interval)));
  }
  return {};
}

}  // namespace

std::string variable_of(std::string_view key) {
  std::string name(kPrefix);
  for (const char c : key) name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::string flag_of(std::string_view key) {
  std::string flag = "--" + std::string(key);
  std::replace_if(flag.begin(), flag.end(), [](char c) { return c == '_' || c == '.'; }, '-');
  return flag;
}

std::map<std::string, std::string> environment_variables() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string_view::npos) {
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return out;
}

Result<Loaded> load(const Sources& sources) {
  Loaded loaded;
  loaded.config.data = default_data_folder();
  for (const Setting& setting : settings()) loaded.origin[std::string(setting.key)] = "default";
  if (!sources.file.empty()) TRY(read_yaml(loaded, sources.file));
  TRY(read_variables(loaded, sources.variables));
  for (const auto& [key, value] : sources.flags) {
    const Setting* setting = find_setting(key);
    if (setting == nullptr) {
      return Error(Code::kInvalidArgument, fmt::format("unknown setting {}{}", key, did_you_mean(nearest_key(key))));
    }
    TRY(apply(loaded, *setting, value, flag_of(key)));
  }
  if (loaded.config.instance.empty()) loaded.config.instance = host_name();
  TRY(validate(loaded.config));
  return loaded;
}

}  // namespace oreum::config
