#include "promql/parse/signatures.h"

#include <algorithm>
#include <array>

namespace oreum::promql {

namespace {

constexpr int8_t kAny = Signature::kAnyNumber;
constexpr bool kExperimental = true;

// The arguments, a letter each: V instant vector, M range vector, S scalar, T text.
constexpr std::array<ValueType, 1> kM{ValueType::kMatrix};
constexpr std::array<ValueType, 1> kS{ValueType::kScalar};
constexpr std::array<ValueType, 1> kV{ValueType::kVector};
constexpr std::array<ValueType, 2> kMS{ValueType::kMatrix, ValueType::kScalar};
constexpr std::array<ValueType, 2> kSM{ValueType::kScalar, ValueType::kMatrix};
constexpr std::array<ValueType, 2> kSS{ValueType::kScalar, ValueType::kScalar};
constexpr std::array<ValueType, 2> kSV{ValueType::kScalar, ValueType::kVector};
constexpr std::array<ValueType, 2> kVS{ValueType::kVector, ValueType::kScalar};
constexpr std::array<ValueType, 2> kVT{ValueType::kVector, ValueType::kString};
constexpr std::array<ValueType, 2> kVV{ValueType::kVector, ValueType::kVector};
constexpr std::array<ValueType, 3> kMSS{ValueType::kMatrix, ValueType::kScalar, ValueType::kScalar};
constexpr std::array<ValueType, 3> kSSV{ValueType::kScalar, ValueType::kScalar, ValueType::kVector};
constexpr std::array<ValueType, 3> kVSS{ValueType::kVector, ValueType::kScalar, ValueType::kScalar};
constexpr std::array<ValueType, 4> kVTSS{ValueType::kVector, ValueType::kString, ValueType::kScalar,
                                         ValueType::kScalar};
constexpr std::array<ValueType, 4> kVTTT{ValueType::kVector, ValueType::kString, ValueType::kString,
                                         ValueType::kString};
constexpr std::array<ValueType, 5> kVTTTT{ValueType::kVector, ValueType::kString, ValueType::kString,
                                          ValueType::kString, ValueType::kString};

// Sorted by name.
constexpr std::array<Signature, 91> kSignatures{{
    {"abs", kV},
    {"absent", kV},
    {"absent_over_time", kM},
    {"acos", kV},
    {"acosh", kV},
    {"asin", kV},
    {"asinh", kV},
    {"atan", kV},
    {"atanh", kV},
    {"avg_over_time", kM},
    {"ceil", kV},
    {"changes", kM},
    {"clamp", kVSS},
    {"clamp_max", kVS},
    {"clamp_min", kVS},
    {"cos", kV},
    {"cosh", kV},
    {"count_over_time", kM},
    {"day_of_month", kV, 1},
    {"day_of_week", kV, 1},
    {"day_of_year", kV, 1},
    {"days_in_month", kV, 1},
    {"deg", kV},
    {"delta", kM},
    {"deriv", kM},
    {"double_exponential_smoothing", kMSS, 0, ValueType::kVector, kExperimental},
    {"end", {}, 0, ValueType::kScalar, kExperimental},
    {"exp", kV},
    {"first_over_time", kM, 0, ValueType::kVector, kExperimental},
    {"floor", kV},
    {"histogram_avg", kV},
    {"histogram_count", kV},
    {"histogram_fraction", kSSV},
    {"histogram_quantile", kSV},
    {"histogram_quantiles", kVTSS, 9, ValueType::kVector, kExperimental},
    {"histogram_stddev", kV},
    {"histogram_stdvar", kV},
    {"histogram_sum", kV},
    {"hour", kV, 1},
    {"idelta", kM},
    {"increase", kM},
    {"info", kVV, 1, ValueType::kVector, kExperimental},
    {"integral", kMS, 1, ValueType::kVector, kExperimental},
    {"irate", kM},
    {"label_join", kVTTT, kAny},
    {"label_replace", kVTTTT},
    {"last_over_time", kM},
    {"ln", kV},
    {"log10", kV},
    {"log2", kV},
    {"mad_over_time", kM, 0, ValueType::kVector, kExperimental},
    {"max_of", kSS, 0, ValueType::kScalar, kExperimental},
    {"max_over_time", kM},
    {"min_of", kSS, 0, ValueType::kScalar, kExperimental},
    {"min_over_time", kM},
    {"minute", kV, 1},
    {"month", kV, 1},
    {"pi", {}, 0, ValueType::kScalar},
    {"predict_linear", kMS},
    {"present_over_time", kM},
    {"quantile_over_time", kSM},
    {"rad", kV},
    {"range", {}, 0, ValueType::kScalar, kExperimental},
    {"rate", kM},
    {"resets", kM},
    {"round", kVS, 1},
    {"scalar", kV, 0, ValueType::kScalar},
    {"sgn", kV},
    {"sin", kV},
    {"sinh", kV},
    {"sort", kV},
    {"sort_by_label", kVT, kAny, ValueType::kVector, kExperimental},
    {"sort_by_label_desc", kVT, kAny, ValueType::kVector, kExperimental},
    {"sort_desc", kV},
    {"sqrt", kV},
    {"start", {}, 0, ValueType::kScalar, kExperimental},
    {"start_timestamp", kV, 0, ValueType::kVector, kExperimental},
    {"stddev_over_time", kM},
    {"stdvar_over_time", kM},
    {"step", {}, 0, ValueType::kScalar, kExperimental},
    {"sum_over_time", kM},
    {"tan", kV},
    {"tanh", kV},
    {"time", {}, 0, ValueType::kScalar},
    {"timestamp", kV},
    {"ts_of_first_over_time", kM, 0, ValueType::kVector, kExperimental},
    {"ts_of_last_over_time", kM, 0, ValueType::kVector, kExperimental},
    {"ts_of_max_over_time", kM, 0, ValueType::kVector, kExperimental},
    {"ts_of_min_over_time", kM, 0, ValueType::kVector, kExperimental},
    {"vector", kS},
    {"year", kV, 1},
}};

static_assert(std::ranges::is_sorted(kSignatures, {}, &Signature::name));

}  // namespace

std::string_view type_text(ValueType type) {
  switch (type) {
    case ValueType::kScalar: return "scalar";
    case ValueType::kVector: return "instant vector";
    case ValueType::kMatrix: return "range vector";
    case ValueType::kString: return "string";
  }
  return "?";
}

const Signature* find_signature(std::string_view name) {
  const auto* const at = std::ranges::lower_bound(kSignatures, name, {}, &Signature::name);
  return at != kSignatures.end() && at->name == name ? &*at : nullptr;
}

std::span<const Signature> signatures() { return kSignatures; }

}  // namespace oreum::promql
