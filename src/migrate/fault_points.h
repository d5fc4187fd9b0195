// The fault points of migrations, one between any two durable writes (base/fault.h).
#pragma once

#include <array>
#include <string_view>

namespace oreum::migrate {

inline constexpr std::string_view kFaultStartAfterTarget = "migrate.start.after_target";
inline constexpr std::string_view kFaultStartAfterSource = "migrate.start.after_source";
inline constexpr std::string_view kFaultCaptureAfterHold = "migrate.capture.after_hold";
inline constexpr std::string_view kFaultCopyAfterSeries = "migrate.copy.after_series";
inline constexpr std::string_view kFaultCopyAfterUnits = "migrate.copy.after_units";
inline constexpr std::string_view kFaultCopyDone = "migrate.copy.done";
inline constexpr std::string_view kFaultCatchUpAfterBatch = "migrate.catch_up.after_batch";
inline constexpr std::string_view kFaultCatchUpDone = "migrate.catch_up.done";
inline constexpr std::string_view kFaultVerifyAfterWindow = "migrate.verify.after_window";
inline constexpr std::string_view kFaultVerifyDone = "migrate.verify.done";
inline constexpr std::string_view kFaultSwitchBegun = "migrate.switch.begun";
inline constexpr std::string_view kFaultSwitchAfterDrain = "migrate.switch.after_drain";
inline constexpr std::string_view kFaultSwitchAfterHold = "migrate.switch.after_hold";
inline constexpr std::string_view kFaultSwitchAfterRouting = "migrate.switch.after_routing";
inline constexpr std::string_view kFaultSwitchAfterTarget = "migrate.switch.after_target";
inline constexpr std::string_view kFaultSoakAfterBatch = "migrate.soak.after_batch";
inline constexpr std::string_view kFaultCompleteAfterOther = "migrate.complete.after_other";
inline constexpr std::string_view kFaultCompleteAfterOwn = "migrate.complete.after_own";
inline constexpr std::string_view kFaultCancelAfterOwn = "migrate.cancel.after_own";

inline constexpr std::array kFaultPoints{
    kFaultStartAfterTarget,   kFaultStartAfterSource,   kFaultCaptureAfterHold,  kFaultCopyAfterSeries,
    kFaultCopyAfterUnits,     kFaultCopyDone,           kFaultCatchUpAfterBatch, kFaultCatchUpDone,
    kFaultVerifyAfterWindow,  kFaultVerifyDone,         kFaultSwitchBegun,       kFaultSwitchAfterDrain,
    kFaultSwitchAfterHold,    kFaultSwitchAfterRouting, kFaultSwitchAfterTarget, kFaultSoakAfterBatch,
    kFaultCompleteAfterOther, kFaultCompleteAfterOwn,   kFaultCancelAfterOwn,
};

}  // namespace oreum::migrate
