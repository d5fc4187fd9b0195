#include "cli/migrate_client.h"

#include <array>
#include <utility>

#include <fmt/core.h>
#include <boost/json.hpp>

#include "app/app.h"
#include "base/number.h"
#include "cli/command.h"
#include "net/client.h"
#include "net/text.h"

namespace oreum::cli {

namespace {

namespace json = boost::json;

Result<json::object> parse(const std::string& who, const std::string& text) {
  boost::system::error_code ec;
  json::value value = json::parse(text, ec);
  if (ec || !value.is_object()) {
    return Error(Code::kUnavailable, fmt::format("{} gave an answer that is none of Oreum's", who));
  }
  return std::move(value.as_object());
}

class ServerClient final : public MigrateClient {
 public:
  explicit ServerClient(std::string url) : url_(std::move(url)) {}
  Result<json::object> status() override { return ask("GET", ""); }
  Result<json::object> plan(const std::string& to) override { return ask("GET", "/plan?to=" + encoded(to)); }
  Status begin(const std::string& to) override {
    TRY(ask("POST", "?to=" + encoded(to)));
    return {};
  }
  Status act(const std::string& action, const std::string& parameter) override {
    TRY(ask("POST", "/" + action + (parameter.empty() ? "" : "?" + parameter)));
    return {};
  }

 private:
  Result<json::object> ask(const std::string& method, const std::string& rest) const {
    net::ClientRequest request;
    request.method = method;
    request.url = url_ + "/api/v1/migrations" + rest;
    auto response = net::fetch(request);
    if (!response) {
      return std::move(response).error().wrap(fmt::format(
          "no answer from {} (--server names another; --data DIR works on a folder without a server)", url_));
    }
    if (response->status / 100 == 2) return parse(url_, response->body);
    return Error(response->status == 400 ? Code::kInvalidArgument : Code::kFailedPrecondition, error_text(*response));
  }
  const std::string url_;
};

class FolderClient final : public MigrateClient {
 public:
  explicit FolderClient(const config::Config& config) : config_(config) {}
  ~FolderClient() override {
    if (manager_) manager_->stop();
  }
  Status open() {
    TRY_ASSIGN(manager_, app::open_migrations(config_, clock_));
    return {};
  }
  Result<json::object> status() override { return parse("the store", manager_->status().to_json()); }
  Result<json::object> plan(const std::string& to) override {
    TRY_ASSIGN(const migrate::Plan plan, manager_->plan(to));
    return parse("the store", plan.to_json());
  }
  Status begin(const std::string& to) override { return manager_->begin(to); }
  Status act(const std::string& action, const std::string& parameter) override {
    using migrate::Event;
    constexpr std::array<std::pair<std::string_view, Event>, 5> kEvents{{{"verify", Event::kVerify},
                                                                         {"switch", Event::kSwitch},
                                                                         {"reverse", Event::kReverse},
                                                                         {"complete", Event::kComplete},
                                                                         {"cancel", Event::kCancel}}};
    for (const auto& [name, event] : kEvents) {
      if (name == action) return manager_->ask(event);
    }
    if (action == "rehearse") {
      // As it came over HTTP.
      return manager_->rehearse(net::percent_decode(parameter.substr(parameter.find('=') + 1), false).value_or(""));
    }
    const uint64_t number = parse_u64(std::string_view(parameter).substr(parameter.find('=') + 1)).value_or(0);
    if (action == "limit") {
      manager_->set_limit(number);
      return {};
    }
    return Error(Code::kFailedPrecondition, fmt::format("{} is for a running server: name it with --server", action));
  }

 private:
  const config::Config config_;
  const SystemClock clock_;
  std::unique_ptr<migrate::Manager> manager_;
};

}  // namespace

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                       c == '.' || c == '-' || c == '_';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::unique_ptr<MigrateClient> client_of_server(const std::string& url) { return std::make_unique<ServerClient>(url); }

Result<std::unique_ptr<MigrateClient>> client_of_folder(const config::Config& config) {
  auto client = std::make_unique<FolderClient>(config);
  TRY(client->open());
  return client;
}

}  // namespace oreum::cli
