// `oreum completion bash|zsh|fish`: scripts made from the program's own table of commands and flags.
#include <fmt/core.h>

#include "cli/command.h"

namespace oreum::cli {

namespace {

/// A command as typed ("config show") and the words that may follow it.
struct Node {
  std::string path;
  std::vector<std::string> words;
  std::vector<std::string> helps;
};

void walk(const CLI::App& app, const std::string& path, std::vector<Node>& out) {
  Node node{path, {}, {}};
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    node.words.push_back(sub->get_name());
    node.helps.push_back(sub->get_description());
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      node.words.push_back("--" + name);
      node.helps.push_back(option->get_description());
    }
  }
  out.push_back(std::move(node));
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    walk(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// A bash function; zsh runs it too, through bashcompinit.
std::string bash_script(const std::vector<Node>& nodes) {
  std::string cases;
  for (const Node& node : nodes) cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", node.path, joined(node.words));
  return fmt::format(R"(# Completion of oreum for bash: source <(oreum completion bash)
_oreum() {{
  local path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in
      -*) ;;
      *) path="${{path:+$path }}${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path" in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}")
}}
complete -o default -F _oreum oreum
)",
                     cases);
}

std::string zsh_script(const std::vector<Node>& nodes) {
  return "#compdef oreum\n# Completion of oreum for zsh: source <(oreum completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(nodes);
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_script(const std::vector<Node>& nodes) {
  std::string out = "# Completion of oreum for fish: oreum completion fish | source\ncomplete -c oreum -f\n";
  for (const Node& node : nodes) {
    const std::string last = node.path.substr(node.path.rfind(' ') + 1);
    const std::string condition = node.path.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + last;
    for (size_t i = 0; i < node.words.size(); ++i) {
      const bool flag = node.words[i].starts_with("--");
      out += fmt::format("complete -c oreum -n {} {} -d {}\n", shell_quoted(condition),
                         flag ? "-l " + node.words[i].substr(2) : "-a " + node.words[i], shell_quoted(node.helps[i]));
    }
  }
  return out;
}

}  // namespace

void add_completion(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("completion", "Print a shell's completion script");
  command->footer("Example:\n  source <(oreum completion bash)");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&program, &exit_code, shell] {
    std::vector<Node> nodes;
    walk(program, "", nodes);
    fmt::print("{}", *shell == "bash" ? bash_script(nodes) : *shell == "zsh" ? zsh_script(nodes) : fish_script(nodes));
    exit_code = kDone;
  });
}

}  // namespace oreum::cli
