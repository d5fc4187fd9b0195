// Asks systemd over D-Bus by sd-bus, which is loaded only on machines where systemd runs
// (docs/decisions/0007-systemd-over-sd-bus.md).
#include <cerrno>
#include <cstdlib>
#include <map>
#include <optional>
#include <type_traits>

#include <dlfcn.h>
#include <fmt/core.h>
#include <systemd/sd-bus.h>

#include "base/clock.h"
#include "collect/linux/systemd_source.h"
#include "hostfs/hostfs.h"

namespace oreum::collect {

namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr std::chrono::seconds kPatience{2};  // for one whole reading

/// libsystemd's functions.
struct Library {
  decltype(&::sd_bus_new) make = nullptr;
  decltype(&::sd_bus_set_address) set_address = nullptr;
  decltype(&::sd_bus_set_bus_client) set_bus_client = nullptr;
  decltype(&::sd_bus_set_method_call_timeout) set_timeout = nullptr;
  decltype(&::sd_bus_start) start = nullptr;
  decltype(&::sd_bus_is_ready) is_ready = nullptr;
  decltype(&::sd_bus_process) process = nullptr;
  decltype(&::sd_bus_wait) wait = nullptr;
  decltype(&::sd_bus_close_unref) close_unref = nullptr;
  decltype(&::sd_bus_call_method) call_method = nullptr;
  decltype(&::sd_bus_get_property_string) get_property = nullptr;
  decltype(&::sd_bus_message_enter_container) enter = nullptr;
  decltype(&::sd_bus_message_read) read = nullptr;
  decltype(&::sd_bus_message_unref) unref = nullptr;

  static Result<Library> load() {
    // Never closed: a process that met systemd once goes on asking it.
    void* handle = ::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return Error(Code::kFailedPrecondition, "libsystemd.so.0 is not installed");
    Library lib;
    bool found = true;
    const auto get = [&](auto& function, const char* name) {
      void* symbol = ::dlsym(handle, name);
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
      found = found && symbol != nullptr;
    };
    get(lib.make, "sd_bus_new");
    get(lib.set_address, "sd_bus_set_address");
    get(lib.set_bus_client, "sd_bus_set_bus_client");
    get(lib.set_timeout, "sd_bus_set_method_call_timeout");
    get(lib.start, "sd_bus_start");
    get(lib.is_ready, "sd_bus_is_ready");
    get(lib.process, "sd_bus_process");
    get(lib.wait, "sd_bus_wait");
    get(lib.close_unref, "sd_bus_close_unref");
    get(lib.call_method, "sd_bus_call_method");
    get(lib.get_property, "sd_bus_get_property_string");
    get(lib.enter, "sd_bus_message_enter_container");
    get(lib.read, "sd_bus_message_read");
    get(lib.unref, "sd_bus_message_unref");
    if (!found) return Error(Code::kFailedPrecondition, "libsystemd.so.0 is older than version 241");
    return lib;
  }
};

Error bus_error(int result, std::string_view what) { return errno_error(-result, fmt::format("systemd: {}", what)); }

class SystemdBus final : public SystemdSource {
 public:
  explicit SystemdBus(const hostfs::Roots& roots)
      : booted_(roots.rootfs("run/systemd/system")),
        system_bus_(roots.rootfs("run/dbus/system_bus_socket")),
        private_bus_(roots.rootfs("run/systemd/private")) {}
  ~SystemdBus() override { disconnect(); }
  SystemdBus(const SystemdBus&) = delete;
  SystemdBus& operator=(const SystemdBus&) = delete;

  Result<SystemdState> read() override {
    if (!hostfs::is_dir(booted_)) return no_data();  // as sd_booted(3) tells
    if (!library_) {
      TRY_ASSIGN(library_, Library::load());
    }
    Result<SystemdState> state = ask();
    if (!state) disconnect();  // the next reading starts afresh
    return state;
  }

 private:
  Result<SystemdState> ask() {
    const Deadline deadline = Deadline::in(kPatience);
    if (bus_ == nullptr) TRY(connect(deadline));
    SystemdState state;
    TRY_ASSIGN(state.version, property(kManagerPath, kManager, "Version"));
    TRY_ASSIGN(state.system_state, property(kManagerPath, kManager, "SystemState"));
    TRY(list_units(state.units, deadline));
    return state;
  }

  /// The system bus; without one, systemd's own socket, which answers root only.
  Status connect(const Deadline& deadline) {
    const bool on_bus = hostfs::exists(system_bus_);
    const std::string address = "unix:path=" + (on_bus ? system_bus_ : private_bus_);
    int r = library_->make(&bus_);
    if (r >= 0) r = library_->set_address(bus_, address.c_str());
    if (r >= 0) r = library_->set_bus_client(bus_, on_bus ? 1 : 0);
    if (r >= 0) r = library_->set_timeout(bus_, std::chrono::microseconds(kPatience).count());
    if (r >= 0) r = library_->start(bus_);
    // sd-bus by itself would wait a minute and a half for a bus that does not answer.
    while (r >= 0 && (r = library_->is_ready(bus_)) == 0) {
      if (deadline.passed()) return Error(Code::kDeadlineExceeded, "systemd: the bus does not answer");
      r = library_->process(bus_, nullptr);
      if (r == 0) r = library_->wait(bus_, 100'000);
    }
    if (r < 0) return bus_error(r, "connecting to " + address);
    return {};
  }

  void disconnect() {
    if (bus_ != nullptr) library_->close_unref(bus_);
    bus_ = nullptr;
  }

  Result<std::string> property(const char* path, const char* interface, const char* name) {
    char* text = nullptr;
    const int r = library_->get_property(bus_, kService, path, interface, name, nullptr, &text);
    if (r < 0) return bus_error(r, fmt::format("asking for {}", name));
    std::string value(text);
    std::free(text);  // NOLINT: sd-bus allocates by malloc
    return value;
  }

  Status list_units(std::vector<SystemdUnit>& units, const Deadline& deadline) {
    sd_bus_message* raw = nullptr;
    int r = library_->call_method(bus_, kService, kManagerPath, kManager, "ListUnits", nullptr, &raw, "");
    if (r < 0) return bus_error(r, "listing units");
    const std::unique_ptr<sd_bus_message, decltype(library_->unref)> reply(raw, library_->unref);
    r = library_->enter(raw, 'a', "(ssssssouso)");
    while (r >= 0) {
      const char* name = nullptr;
      const char* load = nullptr;
      const char* active = nullptr;
      const char* path = nullptr;
      // name, description, load, active, sub, following, path, job id, job type, job path
      r = library_->read(raw, "(ssssssouso)", &name, nullptr, &load, &active, nullptr, nullptr, &path, nullptr, nullptr,
                         nullptr);
      if (r == 0) return {};
      if (r > 0) units.push_back({name, load, active, service_type(name, path, deadline)});
    }
    return bus_error(r, "reading the list of units");
  }

  /// A service's type is its unit file's: asked once.
  std::string service_type(std::string_view name, const char* path, const Deadline& deadline) {
    if (!name.ends_with(".service")) return {};
    const auto known = types_.find(name);
    if (known != types_.end()) return known->second;
    if (deadline.passed()) return {};
    const Result<std::string> type = property(path, "org.freedesktop.systemd1.Service", "Type");
    if (!type) return {};
    return types_.emplace(std::string(name), *type).first->second;
  }

  const std::string booted_;
  const std::string system_bus_;
  const std::string private_bus_;
  std::optional<Library> library_;
  sd_bus* bus_ = nullptr;
  std::map<std::string, std::string, std::less<>> types_;
};

}  // namespace

std::unique_ptr<SystemdSource> make_systemd_bus(const hostfs::Roots& roots) {
  return std::make_unique<SystemdBus>(roots);
}

}  // namespace oreum::collect
