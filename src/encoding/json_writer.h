// Writes JSON by appending to a string: no tree, no allocation of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oreum::encoding {

/// Appends text as a JSON string with its quotes. Control characters are escaped; bytes that are no UTF-8 become
/// U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// The commas are the writer's, the nesting is the caller's: each begin has its end, each key its value. Not
/// thread-safe.
///
///   JsonWriter json(out);
///   json.begin_object().key("percent").value(12.5).key("cores").begin_array().value(1).end_array().end_object();
class JsonWriter {
 public:
  /// What JSON has no number for: NaN and the infinities.
  enum class NonFinite { kNull, kString };  // null, or "NaN", "+Inf", "-Inf"

  explicit JsonWriter(std::string& out, NonFinite non_finite = NonFinite::kNull) : out_(out), non_finite_(non_finite) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  /// Digits that read back as the same double; whole numbers without an exponent where that is short.
  JsonWriter& value(double v);
  JsonWriter& value(int64_t v);
  JsonWriter& value(uint64_t v);
  JsonWriter& value(int v) { return value(static_cast<int64_t>(v)); }
  JsonWriter& value(bool v) { return raw(v ? "true" : "false"); }
  JsonWriter& value(std::string_view v);
  JsonWriter& value(const char* v) { return value(std::string_view(v)); }
  JsonWriter& null() { return raw("null"); }
  /// JSON made elsewhere.
  JsonWriter& raw(std::string_view json);

  /// key and value at once.
  template <typename T>
  JsonWriter& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }

 private:
  JsonWriter& open(char c);
  JsonWriter& close(char c);
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }

  std::string& out_;
  NonFinite non_finite_;
  bool comma_ = false;  // the next value follows another
};

}  // namespace oreum::encoding
