#include "services/model/checks.h"

#include "services/model/civil_time.h"

namespace casehub {
namespace {

using R = Refusal;

constexpr size_t kDocumentNameBytesMax = 200;
constexpr size_t kSha256Bytes = 32;

}  // namespace

std::optional<Refused> CheckText(const std::string& field, const std::string& text, size_t limit, bool needed) {
  if (text.empty() && needed) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", field}});
  if (text.size() <= limit) return std::nullopt;
  return Refuse(R::REFUSAL_FIELD_TOO_LONG,
                {{"field", field}, {"size", std::to_string(text.size())}, {"limit", std::to_string(limit)}});
}

std::optional<Refused> CheckDocument(const std::string& field, const common::v1::DocumentRef& document) {
  if (auto refusal = CheckText(field + ".name", document.name(), kDocumentNameBytesMax, true)) return refusal;
  if (document.sha256().size() != kSha256Bytes) return RefuseField(field + ".sha256", Phrase::PHRASE_SHA256_BYTES);
  if (document.size_bytes() < 0) return RefuseField(field + ".size_bytes", Phrase::PHRASE_NOT_NEGATIVE);
  return std::nullopt;
}

std::optional<Refused> CheckNotInFuture(const std::string& field, const google::protobuf::Timestamp& time,
                                        Instant now) {
  if (!IsInCalendar(time)) return RefuseField(field, Phrase::PHRASE_YEARS_OF_TIMES);
  const Instant instant = ToInstant(time);
  if (instant.micros <= now.micros + kFutureToleranceMicros) return std::nullopt;
  return Refuse(R::REFUSAL_TIME_IN_FUTURE, {{"field", field}, {"time", FormatInstant(instant)}});
}

}  // namespace casehub
