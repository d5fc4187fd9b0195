#include "rules/template_value.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/core.h>

#include "base/number.h"

namespace oreum::rules {

namespace {

/// Go's %g of a number that has digits enough: what {{ $value }} prints.
std::string number_text(double v) {
  std::string out;
  append_double(out, v);
  return out;
}

struct Printer {
  std::string operator()(std::monostate) const { return "<no value>"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return number_text(v); }
  std::string operator()(const std::string& v) const { return v; }
  std::string operator()(const ValueList& list) const {
    std::string out = "[";
    for (const Value& item : list) out += (out.size() == 1 ? "" : " ") + item.text();
    return out + "]";
  }
  std::string operator()(const ValueMap& map) const {
    std::string out = "map[";
    for (const auto& [key, item] : map) out += (out.size() == 4 ? "" : " ") + key + ":" + item.text();
    return out + "]";
  }
};

struct Truth {
  bool operator()(std::monostate) const { return false; }
  bool operator()(bool v) const { return v; }
  bool operator()(int64_t v) const { return v != 0; }
  bool operator()(double v) const { return v != 0; }
  template <typename T>
  bool operator()(const T& many) const {
    return !many.empty();
  }
};

/// One %… of a format.
struct Verb {
  bool minus = false;
  bool plus = false;
  bool zero = false;
  bool sharp = false;
  bool space = false;
  int width = -1;
  int precision = -1;
  char letter = 0;

  std::string c_format(std::string_view length) const {
    std::string out = "%";
    if (minus) out += '-';
    if (plus) out += '+';
    if (zero && !minus) out += '0';
    if (sharp) out += '#';
    if (space) out += ' ';
    if (width >= 0) out += std::to_string(width);
    if (precision >= 0) out += "." + std::to_string(precision);
    return out.append(length);
  }
};

// A width beyond it is a slip, and costs memory.
constexpr int kMaxWidth = 10'000;

template <typename T>
std::string by_c(const std::string& format, T value) {
  std::string out(400, '\0');
  const auto print = [&] {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the format is made here, of known letters
    return static_cast<size_t>(std::max(0, std::snprintf(out.data(), out.size(), format.c_str(), value)));
  };
  const size_t size = print();
  if (size >= out.size()) {
    out.resize(size + 1);
    print();
  }
  out.resize(size);
  return out;
}

std::string padded(const Verb& verb, std::string text) {
  const size_t width = verb.width < 0 ? 0 : static_cast<size_t>(verb.width);
  if (text.size() >= width) return text;
  const std::string blanks(width - text.size(), ' ');
  return verb.minus ? text + blanks : blanks + text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string wrong_verb(const Verb& verb, const Value& value) {
  return fmt::format("%!{}({}={})", verb.letter, value.type(), value.text());
}

std::string print_float(const Verb& verb, double v) {
  if (verb.letter == 'v') return padded(verb, verb.precision < 0 ? number_text(v) : by_c(verb.c_format("g"), v));
  if (!std::isfinite(v)) return padded(verb, (verb.plus && v > 0 ? "" : "") + number_text(v));
  const bool shortest = (verb.letter == 'g' || verb.letter == 'G') && verb.precision < 0;
  if (shortest) return padded(verb, number_text(v));
  return by_c(verb.c_format(std::string(1, verb.letter)), v);
}

std::string print_integer(const Verb& verb, int64_t v) {
  switch (verb.letter) {
    case 'v': return padded(verb, std::to_string(v));
    case 'c': return padded(verb, std::string(1, static_cast<char>(v)));
    default: return by_c(verb.c_format("ll") + verb.letter, static_cast<long long>(v));
  }
}

std::string print_text(const Verb& verb, const std::string& v) {
  std::string text = verb.precision < 0 ? v : v.substr(0, static_cast<size_t>(verb.precision));
  if (verb.letter == 'q') text = quoted(text);
  if (verb.letter == 'x') {
    text.clear();
    for (const char c : v) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return padded(verb, std::move(text));
}

std::string print_one(const Verb& verb, const Value& value) {
  const auto takes = [&](std::string_view letters) { return letters.find(verb.letter) != std::string_view::npos; };
  if (const auto* v = value.as<double>(); v != nullptr && takes("veEfFgG")) return print_float(verb, *v);
  if (const auto* v = value.as<int64_t>(); v != nullptr && takes("vdxXoc")) return print_integer(verb, *v);
  if (const auto* v = value.as<std::string>(); v != nullptr && takes("vsqx")) return print_text(verb, *v);
  if (value.as<bool>() != nullptr && takes("vt")) return padded(verb, value.text());
  const bool many = value.as<ValueList>() != nullptr || value.as<ValueMap>() != nullptr;
  if (many && takes("vs")) return padded(verb, value.text());
  return wrong_verb(verb, value);
}

/// Reads the flags, width, precision and letter behind a %.
Verb read_verb(std::string_view format, size_t& at) {
  Verb verb;
  for (; at < format.size(); ++at) {
    const char c = format[at];
    if (c == '-') {
      verb.minus = true;
    } else if (c == '+') {
      verb.plus = true;
    } else if (c == '0') {
      verb.zero = true;
    } else if (c == '#') {
      verb.sharp = true;
    } else if (c == ' ') {
      verb.space = true;
    } else {
      break;
    }
  }
  const auto number = [&] {
    int n = 0;
    while (at < format.size() && format[at] >= '0' && format[at] <= '9')
      n = std::min(n * 10 + (format[at++] - '0'), kMaxWidth);
    return n;
  };
  if (at < format.size() && format[at] >= '1' && format[at] <= '9') verb.width = number();
  if (at < format.size() && format[at] == '.') {
    ++at;
    verb.precision = number();
  }
  if (at < format.size()) verb.letter = format[at++];
  return verb;
}

}  // namespace

bool Value::truthy() const { return std::visit(Truth{}, data); }

std::string Value::text() const { return std::visit(Printer{}, data); }

std::string_view Value::type() const {
  constexpr std::string_view kTypes[] = {
      "nil", "bool", "int", "float64", "string", "[]interface {}", "map[string]string"};
  return kTypes[data.index()];
}

Value value_of(const model::Labels& labels) {
  ValueMap map;
  for (const model::Label& label : labels) map[std::string(label.name)] = Value{std::string(label.value)};
  return Value{std::move(map)};
}

Value value_of(const TemplateSample& sample) {
  ValueMap map;
  map["Labels"] = value_of(sample.labels);
  map["Value"] = Value{sample.value};
  return Value{std::move(map)};
}

Result<double> number_of(const Value& value) {
  if (const auto* v = value.as<double>()) return *v;
  if (const auto* v = value.as<int64_t>()) return static_cast<double>(*v);
  if (const auto* v = value.as<std::string>()) {
    if (const std::optional<double> number = parse_double(*v)) return *number;
    return Error(Code::kInvalidArgument, fmt::format("\"{}\" is no number", *v));
  }
  return Error(Code::kInvalidArgument, fmt::format("can't convert {} to float", value.type()));
}

std::string print_formatted(std::string_view format, std::span<const Value> args) {
  std::string out;
  size_t next = 0;
  for (size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out += format[at++];
      continue;
    }
    const Verb verb = read_verb(format, ++at);
    if (verb.letter == '%') {
      out += '%';
    } else if (verb.letter == 0) {
      out += "%!(NOVERB)";
    } else if (next == args.size()) {
      out += fmt::format("%!{}(MISSING)", verb.letter);
    } else {
      out += print_one(verb, args[next++]);
    }
  }
  if (next == args.size()) return out;
  std::string extra;
  for (; next < args.size(); ++next) {
    extra += fmt::format("{}{}={}", extra.empty() ? "" : ", ", args[next].type(), args[next].text());
  }
  return out + "%!(EXTRA " + extra + ")";
}

}  // namespace oreum::rules
