// What pages of other origins may do: read answers when they are allowed to, and change nothing otherwise.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"

namespace oreum::api {

/// Cross-origin resource sharing as the Fetch standard has it, with the headers that Prometheus' API sends.
/// Immutable; thread-safe.
class CrossOrigin {
 public:
  /// `origins` as browsers write them ("https://grafana.example.com"); "*" is every one; empty is none.
  explicit CrossOrigin(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  /// The headers that let the request's page read the answer; none where it may not.
  net::Fields headers(const net::Request& request) const;

  /// A browser sends this for a page of a foreign site that is not allowed. A browser asks nobody before it sends such
  /// a page's form, so what changes something has to refuse it.
  bool forged(const net::Request& request) const;

 private:
  bool allows(std::string_view origin) const;

  std::vector<std::string> origins_;
};

}  // namespace oreum::api
