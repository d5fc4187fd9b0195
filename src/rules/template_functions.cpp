// The functions of templates: Go's own and Prometheus'.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include <fmt/core.h>
#include <re2/re2.h>

#include "base/number.h"
#include "base/time.h"
#include "rules/humanize.h"
#include "rules/template_value.h"

namespace oreum::rules {

namespace {

Error bad(std::string what) { return {Code::kInvalidArgument, std::move(what)}; }

/// What every function is given.
struct Call {
  std::string_view name;
  Arguments args;
  const TemplateWorld& world;
};

using Function = Result<Value> (*)(const Call& call);

Status need(const Call& call, size_t least, size_t most) {
  if (call.args.size() >= least && call.args.size() <= most) return {};
  return bad(fmt::format("wrong number of args for {}: want {} got {}", call.name, least, call.args.size()));
}

Result<std::string> text_at(const Call& call, size_t i) {
  if (const auto* text = call.args[i].as<std::string>()) return *text;
  return bad(fmt::format("{}: expected a string; found {}", call.name, call.args[i].type()));
}

// --- Go's own ---

Result<Value> and_or(const Call& call) {
  if (call.args.empty()) return bad(fmt::format("wrong number of args for {}", call.name));
  return call.args.back();  // the others have let it pass
}

Result<Value> negate(const Call& call) {
  TRY(need(call, 1, 1));
  return Value{!call.args[0].truthy()};
}

/// Only values of one kind compare, as in Go.
Result<std::partial_ordering> compare(const Value& a, const Value& b) {
  if (a.data.index() != b.data.index()) return bad("incompatible types for comparison");
  if (const auto* x = a.as<bool>())
    return std::partial_ordering(static_cast<int>(*x) <=> static_cast<int>(*b.as<bool>()));
  if (const auto* x = a.as<int64_t>()) return std::partial_ordering(*x <=> *b.as<int64_t>());
  if (const auto* x = a.as<double>()) return *x <=> *b.as<double>();
  if (const auto* x = a.as<std::string>()) return std::partial_ordering(*x <=> *b.as<std::string>());
  return bad("invalid type for comparison");
}

Result<Value> equal(const Call& call) {
  if (call.args.size() < 2) return bad("missing argument for comparison");
  for (size_t i = 1; i < call.args.size(); ++i) {
    TRY_ASSIGN(const std::partial_ordering order, compare(call.args[0], call.args[i]));
    if (order == 0) return Value{true};
  }
  return Value{false};
}

Result<Value> ordered(const Call& call) {
  TRY(need(call, 2, 2));
  TRY_ASSIGN(const std::partial_ordering order, compare(call.args[0], call.args[1]));
  if (call.name == "ne") return Value{order != 0};
  if (call.name == "lt") return Value{order < 0};
  if (call.name == "le") return Value{order <= 0};
  if (call.name == "gt") return Value{order > 0};
  return Value{order >= 0};
}

Result<Value> length(const Call& call) {
  TRY(need(call, 1, 1));
  const Value& of = call.args[0];
  if (const auto* text = of.as<std::string>()) return Value{static_cast<int64_t>(text->size())};
  if (const auto* list = of.as<ValueList>()) return Value{static_cast<int64_t>(list->size())};
  if (const auto* map = of.as<ValueMap>()) return Value{static_cast<int64_t>(map->size())};
  return bad(fmt::format("len of type {}", of.type()));
}

Result<Value> index(const Call& call) {
  if (call.args.empty()) return bad("wrong number of args for index");
  Value at = call.args[0];
  for (const Value& key : call.args.subspan(1)) {
    if (const auto* map = at.as<ValueMap>(); map != nullptr && key.as<std::string>() != nullptr) {
      const auto found = map->find(*key.as<std::string>());
      at = found == map->end() ? Value{std::string()} : Value(found->second);
    } else if (const auto* list = at.as<ValueList>(); list != nullptr && key.as<int64_t>() != nullptr) {
      const int64_t i = *key.as<int64_t>();
      if (i < 0 || static_cast<size_t>(i) >= list->size()) return bad(fmt::format("index out of range: {}", i));
      at = Value((*list)[static_cast<size_t>(i)]);
    } else {
      return bad(fmt::format("can't index item of type {}", at.type()));
    }
  }
  return at;
}

Result<Value> print(const Call& call) {
  std::string out;
  for (size_t i = 0; i < call.args.size(); ++i) {
    // Go puts blanks between all in println, and in print between two that are no texts.
    const bool texts =
        i > 0 && (call.args[i].as<std::string>() != nullptr || call.args[i - 1].as<std::string>() != nullptr);
    if (i > 0 && (call.name == "println" || !texts)) out += ' ';
    out += call.args[i].text();
  }
  if (call.name == "println") out += '\n';
  return Value{std::move(out)};
}

Result<Value> print_format(const Call& call) {
  if (call.args.empty()) return bad("wrong number of args for printf");
  TRY_ASSIGN(const std::string format, text_at(call, 0));
  return Value{print_formatted(format, call.args.subspan(1))};
}

std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
        std::string_view("-_.~").find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Result<Value> url_query(const Call& call) {
  std::string all;
  for (const Value& arg : call.args) all += arg.text();
  return Value{url_escaped(all)};
}

Result<Value> html(const Call& call) {
  std::string out;
  for (const Value& arg : call.args) {
    for (const char c : arg.text()) {
      switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&#34;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
      }
    }
  }
  return Value{std::move(out)};
}

// --- Prometheus': numbers ---

template <std::string (*F)(double)>
Result<Value> of_number(const Call& call) {
  TRY(need(call, 1, 1));
  TRY_ASSIGN(const double v, number_of(call.args[0]));
  return Value{F(v)};
}

Result<Value> parse_length(const Call& call) {
  TRY(need(call, 1, 1));
  TRY_ASSIGN(const std::string text, text_at(call, 0));
  TRY_ASSIGN(const milliseconds d, parse_duration(text));
  return Value{static_cast<double>(d.count()) / 1000};
}

Result<Value> now(const Call& call) {
  TRY(need(call, 0, 0));
  return Value{static_cast<double>(call.world.now.ms) / 1000};
}

// --- Prometheus': texts ---

template <typename F>
Result<Value> of_text(const Call& call, const F& f) {
  TRY(need(call, 1, 1));
  TRY_ASSIGN(const std::string text, text_at(call, 0));
  return Value{f(text)};
}

Result<Value> title(const Call& call) {
  return of_text(call, [](std::string text) {
    bool first = true;
    for (char& c : text) {
      if (first) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      first =
          std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '\'' && static_cast<signed char>(c) >= 0;
    }
    return text;
  });
}

Result<Value> in_case(const Call& call) {
  const bool upper = call.name == "toUpper";
  return of_text(call, [&](std::string text) {
    for (char& c : text) {
      const auto byte = static_cast<unsigned char>(c);
      c = static_cast<char>(upper ? std::toupper(byte) : std::tolower(byte));
    }
    return text;
  });
}

Result<std::unique_ptr<re2::RE2>> regex(const std::string& expression) {
  auto compiled = std::make_unique<re2::RE2>(expression, re2::RE2::Quiet);
  if (!compiled->ok()) return bad(fmt::format("\"{}\" is no regular expression: {}", expression, compiled->error()));
  return compiled;
}

Result<Value> match(const Call& call) {
  TRY(need(call, 2, 2));
  TRY_ASSIGN(const std::string expression, text_at(call, 0));
  TRY_ASSIGN(const std::string text, text_at(call, 1));
  TRY_ASSIGN(const auto compiled, regex(expression));
  return Value{re2::RE2::PartialMatch(text, *compiled)};
}

/// Go's $1 and ${1} as RE2's \1; names are looked up.
std::string rewrite_of(std::string_view replacement, const re2::RE2& compiled) {
  std::string out;
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] == '\\') out += '\\';
    if (replacement[i] != '$' || i + 1 == replacement.size()) {
      out += replacement[i];
      continue;
    }
    const bool braces = replacement[i + 1] == '{';
    size_t end = i + 1 + (braces ? 1 : 0);
    const size_t begin = end;
    while (end < replacement.size() &&
           (std::isalnum(static_cast<unsigned char>(replacement[end])) != 0 || replacement[end] == '_'))
      ++end;
    const std::string name(replacement.substr(begin, end - begin));
    const auto& groups = compiled.NamedCapturingGroups();
    std::optional<uint64_t> number = parse_u64(name);
    if (const auto known = groups.find(name); known != groups.end()) number = static_cast<uint64_t>(known->second);
    if (number && *number <= 9 && *number <= static_cast<uint64_t>(compiled.NumberOfCapturingGroups())) {
      out += fmt::format("\\{}", *number);
    }
    i = end - 1 + (braces && end < replacement.size() ? 1 : 0);
  }
  return out;
}

Result<Value> replace_all(const Call& call) {
  TRY(need(call, 3, 3));
  TRY_ASSIGN(const std::string expression, text_at(call, 0));
  TRY_ASSIGN(const std::string replacement, text_at(call, 1));
  TRY_ASSIGN(std::string text, text_at(call, 2));
  TRY_ASSIGN(const auto compiled, regex(expression));
  re2::RE2::GlobalReplace(&text, *compiled, rewrite_of(replacement, *compiled));
  return Value{std::move(text)};
}

/// host:port → host.
Result<Value> strip_port(const Call& call) {
  return of_text(call, [](const std::string& text) {
    const size_t colon = text.rfind(':');
    if (colon == std::string::npos) return text;
    if (text.starts_with('[') && text.find(']') + 1 == colon) return text.substr(1, colon - 2);
    return text.find(':') == colon ? text.substr(0, colon) : text;
  });
}

/// host.domain:port → host:port.
Result<Value> strip_domain(const Call& call) {
  return of_text(call, [](const std::string& text) {
    const size_t colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? "" : text.substr(colon);
    const std::string host = text.substr(0, colon);
    const bool address =
        host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
    return address ? text : host.substr(0, host.find('.')) + port;
  });
}

Result<Value> graph_link(const Call& call) {
  const bool graph = call.name == "graphLink";
  return of_text(call, [&](const std::string& text) {
    return fmt::format("/graph?g0.expr={}&g0.tab={}", url_escaped(text), graph ? 0 : 1);
  });
}

Result<Value> same(const Call& call) {
  TRY(need(call, 1, 1));
  return call.args[0];
}

Result<Value> external_url(const Call& call) {
  TRY(need(call, 0, 0));
  return Value{call.world.external_url};
}

Result<Value> path_prefix(const Call& call) {
  TRY(need(call, 0, 0));
  const size_t host = call.world.external_url.find("://");
  if (host == std::string::npos) return Value{std::string()};
  const size_t path = call.world.external_url.find('/', host + 3);
  return Value{path == std::string::npos ? std::string() : call.world.external_url.substr(path)};
}

Result<Value> args_map(const Call& call) {
  ValueMap map;
  for (size_t i = 0; i < call.args.size(); ++i) map[fmt::format("arg{}", i)] = call.args[i];
  return Value{std::move(map)};
}

// --- Prometheus': queries ---

Result<Value> query(const Call& call) {
  TRY(need(call, 1, 1));
  TRY_ASSIGN(const std::string expression, text_at(call, 0));
  if (!call.world.query) return bad("there is nothing to query");
  TRY_ASSIGN(const std::vector<TemplateSample> samples, call.world.query(expression));
  ValueList list;
  for (const TemplateSample& sample : samples) list.push_back(value_of(sample));
  return Value{std::move(list)};
}

Result<Value> first(const Call& call) {
  TRY(need(call, 1, 1));
  const auto* list = call.args[0].as<ValueList>();
  if (list == nullptr || list->empty()) return bad("first() called on vector with no elements");
  return list->front();
}

Result<Value> field(const Call& call, const char* name) {
  const auto* map = call.args.back().as<ValueMap>();
  const auto found = map == nullptr ? ValueMap::const_iterator() : map->find(name);
  if (map == nullptr || found == map->end()) return bad(fmt::format("{}: expected a sample", call.name));
  return found->second;
}

Result<Value> label_named(const Call& call, const Value& sample, const std::string& name) {
  const Value both[] = {sample};
  TRY_ASSIGN(const Value labels, field({call.name, both, call.world}, "Labels"));
  const auto* map = labels.as<ValueMap>();
  const auto found = map->find(name);
  return found == map->end() ? Value{std::string()} : found->second;
}

Result<Value> label(const Call& call) {
  TRY(need(call, 2, 2));
  TRY_ASSIGN(const std::string name, text_at(call, 0));
  return label_named(call, call.args[1], name);
}

Result<Value> value(const Call& call) {
  TRY(need(call, 1, 1));
  return field(call, "Value");
}

Result<Value> strvalue(const Call& call) {
  TRY(need(call, 1, 1));
  return label_named(call, call.args[0], "__value__");
}

Result<Value> sort_by_label(const Call& call) {
  TRY(need(call, 2, 2));
  TRY_ASSIGN(const std::string name, text_at(call, 0));
  const auto* list = call.args[1].as<ValueList>();
  if (list == nullptr) return bad("sortByLabel: expected the answer of a query");
  std::vector<std::pair<std::string, Value>> keyed;
  for (const Value& item : *list) {
    TRY_ASSIGN(const Value key, label_named(call, item, name));
    keyed.emplace_back(key.text(), item);
  }
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  ValueList sorted;
  for (auto& [key, item] : keyed) sorted.push_back(std::move(item));
  return Value{std::move(sorted)};
}

const std::map<std::string_view, Function>& functions() {
  static const std::map<std::string_view, Function> kFunctions{
      {"and", and_or},
      {"or", and_or},
      {"not", negate},
      {"eq", equal},
      {"ne", ordered},
      {"lt", ordered},
      {"le", ordered},
      {"gt", ordered},
      {"ge", ordered},
      {"len", length},
      {"index", index},
      {"print", print},
      {"println", print},
      {"printf", print_format},
      {"urlquery", url_query},
      {"html", html},
      {"humanize", of_number<humanize>},
      {"humanize1024", of_number<humanize_1024>},
      {"humanizeDuration", of_number<humanize_duration>},
      {"humanizePercentage", of_number<humanize_percentage>},
      {"humanizeTimestamp", of_number<humanize_timestamp>},
      {"toTime", of_number<humanize_timestamp>},
      {"parseDuration", parse_length},
      {"now", now},
      {"title", title},
      {"toUpper", in_case},
      {"toLower", in_case},
      {"match", match},
      {"reReplaceAll", replace_all},
      {"stripPort", strip_port},
      {"stripDomain", strip_domain},
      {"graphLink", graph_link},
      {"tableLink", graph_link},
      {"safeHtml", same},
      {"externalURL", external_url},
      {"pathPrefix", path_prefix},
      {"args", args_map},
      {"query", query},
      {"first", first},
      {"label", label},
      {"value", value},
      {"strvalue", strvalue},
      {"sortByLabel", sort_by_label},
  };
  return kFunctions;
}

}  // namespace

bool is_function(std::string_view name) { return functions().contains(name); }

Result<Value> call_function(std::string_view name, Arguments args, const TemplateWorld& world) {
  const auto found = functions().find(name);
  if (found == functions().end()) return bad(fmt::format("function \"{}\" not defined", name));
  auto result = found->second({name, args, world});
  if (!result) return std::move(result).error().wrap(fmt::format("error calling {}", name));
  return result;
}

}  // namespace oreum::rules
