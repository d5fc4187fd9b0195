// Go's text templates, as far as alerts use them: "{{ $labels.instance }} is {{ $value | humanize }}".
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/labels.h"

namespace oreum::rules {

/// What `query` in a template gets: labels and value of each series.
struct TemplateSample {
  model::Labels labels;
  double value = 0;
};

/// What a template may ask of the world.
struct TemplateWorld {
  model::Labels labels;           // $labels, .Labels
  model::Labels external_labels;  // $externalLabels, .ExternalLabels
  std::string external_url;       // $externalURL, .ExternalURL
  double value = 0;               // $value, .Value
  TimestampMs now{};
  /// Answers an instant query at `now`.
  std::function<Result<std::vector<TemplateSample>>(const std::string&)> query;
};

/// kInvalidArgument: what is wrong with the text.
Status check_template(std::string_view text);
/// kInvalidArgument: the text is wrong, or a function fails in it.
Result<std::string> expand_template(std::string_view text, const TemplateWorld& world);

}  // namespace oreum::rules
