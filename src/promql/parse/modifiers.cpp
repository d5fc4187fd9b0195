// [5m], [1h:1m], offset, @, anchored, smoothed.
#include <cmath>

#include <fmt/core.h>

#include "promql/parse/grammar.h"
#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

constexpr std::string_view kMustFollow =
    "modifier must be preceded by an instant vector selector or range vector selector or a subquery";

std::string fixed_text(double value) {
  if (std::isfinite(value)) return fmt::format("{:f}", value);
  return std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

}  // namespace

Result<Parsed> Grammar::modified(Parsed parsed) {
  for (;;) {
    switch (peek().kind) {
      case TokenKind::kLeftBracket: {
        TRY_ASSIGN(parsed, bracketed(std::move(parsed)));
        break;
      }
      case TokenKind::kOffset: TRY(offset(parsed)); break;
      case TokenKind::kAt: TRY(at_time(parsed)); break;
      case TokenKind::kAnchored:
      case TokenKind::kSmoothed: TRY(range_mode(parsed)); break;
      default: return parsed;
    }
    parsed.expr->span.end = last_end();
  }
}

Result<Parsed> Grammar::bracketed(Parsed parsed) {
  const Token bracket = take();
  TRY_ASSIGN(Duration range, bracket_duration(DurationPlace::kRange));
  if (take_if(TokenKind::kColon)) return subquery_of(std::move(parsed), std::move(range));
  if (!take_if(TokenKind::kRightBracket)) return unexpected("subquery or range", "\":\" or \"]\"");
  return range_of(std::move(parsed), bracket, std::move(range));
}

Result<Parsed> Grammar::range_of(Parsed parsed, const Token& bracket, Duration range) {
  const Span span = since(bracket.span);
  VectorSelector* const selector = parsed.selector;
  if (selector == nullptr || parsed.expr->type != ValueType::kVector) {
    return fail(span, "ranges only allowed for vector selectors");
  }
  if (selector->modifiers.has_offset) return fail(span, "no offset modifiers allowed before range");
  if (selector->modifiers.at) return fail(span, "no @ modifiers allowed before range");
  const Span whole = since(parsed.expr->span);
  TRY_ASSIGN(Parsed ranged, make(MatrixSelector{.vector = std::move(parsed.expr), .range = std::move(range)}, whole,
                                 ValueType::kMatrix, parsed.depth + 1));
  ranged.selector = selector;
  return ranged;
}

Result<Parsed> Grammar::subquery_of(Parsed parsed, Duration range) {
  Subquery node{.expr = nullptr, .range = std::move(range), .step = {}, .has_step = false, .modifiers = {}};
  node.has_step = !at(TokenKind::kRightBracket);
  if (node.has_step) {
    TRY_ASSIGN(node.step, bracket_duration(DurationPlace::kStep));
  }
  if (!take_if(TokenKind::kRightBracket)) return unexpected("subquery selector", "\"]\"");
  const Span whole = since(parsed.expr->span);
  node.expr = std::move(parsed.expr);
  return make(std::move(node), whole, ValueType::kMatrix, parsed.depth + 1);
}

Result<Modifiers*> Grammar::modifiers_of(Parsed& parsed, std::string_view what) const {
  if (parsed.selector != nullptr) return &parsed.selector->modifiers;
  if (auto* subquery = std::get_if<Subquery>(&parsed.expr->node)) return &subquery->modifiers;
  return fail(parsed.expr->span, fmt::format("{} {}", what, kMustFollow));
}

Status Grammar::offset(Parsed& parsed) {
  take();
  TRY_ASSIGN(Duration duration, offset_duration());
  TRY_ASSIGN(Modifiers* const modifiers, modifiers_of(parsed, "offset"));
  if (modifiers->has_offset) return fail(parsed.expr->span, "offset may not be set multiple times");
  // Prometheus counts no offset of nothing.
  modifiers->has_offset = duration.expr != nullptr || duration.fixed.count() != 0;
  modifiers->offset = std::move(duration);
  return {};
}

Status Grammar::at_time(Parsed& parsed) {
  take();
  TRY_ASSIGN(const At time, at_value(parsed.expr->span));
  TRY_ASSIGN(Modifiers* const modifiers, modifiers_of(parsed, "@"));
  if (modifiers->at) return fail(parsed.expr->span, "@ <timestamp> may not be set multiple times");
  modifiers->at = time;
  return {};
}

Result<At> Grammar::at_value(Span whole) {
  if (at(TokenKind::kStart) || at(TokenKind::kFinish)) {
    const At::Kind kind = take().kind == TokenKind::kStart ? At::Kind::kStart : At::Kind::kEnd;
    if (!take_if(TokenKind::kLeftParen) || !take_if(TokenKind::kRightParen)) return unexpected("@", "timestamp");
    return At{.kind = kind, .time = {}};
  }
  const bool negative = peek().is(BinaryOp::kSub);
  if (negative || peek().is(BinaryOp::kAdd)) take();
  if (!at(TokenKind::kNumber) && !at(TokenKind::kDuration)) return unexpected("@", "timestamp");
  TRY_ASSIGN(const Parsed literal, number());
  double seconds = literal.expr->as<NumberLiteral>()->value;
  if (negative) seconds = -seconds;
  const double ms = std::round(seconds * 1000.0);
  constexpr double kLimit = 9'223'372'036'854'775'807.0;
  if (std::isnan(ms) || ms >= kLimit || ms <= -kLimit) {
    return fail(whole, fmt::format("timestamp out of bounds for @ modifier: {}", fixed_text(seconds)));
  }
  return At{.kind = At::Kind::kTime, .time = TimestampMs{static_cast<int64_t>(ms)}};
}

Status Grammar::range_mode(Parsed& parsed) {
  const Token word = take();
  const bool anchored = word.kind == TokenKind::kAnchored;
  const std::string_view name = anchored ? "anchored" : "smoothed";

  const auto refuse = [&](std::string_view what) { return fail(parsed.expr->span, what); };
  if (parsed.expr->as<Subquery>() != nullptr) {
    return refuse(fmt::format("{} modifier is not supported for subqueries", name));
  }
  if (parsed.selector == nullptr) {
    return refuse(fmt::format("{} modifier not implemented here, expected it behind a selector", name));
  }
  const RangeMode mode = anchored ? RangeMode::kAnchored : RangeMode::kSmoothed;
  if (parsed.selector->mode != RangeMode::kPlain && parsed.selector->mode != mode) {
    return refuse("anchored and smoothed modifiers cannot be used together");
  }
  parsed.selector->mode = mode;
  return {};
}

}  // namespace oreum::promql
