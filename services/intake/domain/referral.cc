#include "services/intake/domain/referral.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/model/channels.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

constexpr size_t kOrganBytesMax = 150;
constexpr size_t kReferenceBytesMax = 200;
constexpr std::string_view kSourcePrefix = "REFERRAL_SOURCE_";

bool IsCourt(v1::ReferralSource source) {
  return source >= v1::REFERRAL_SOURCE_COURT_DELEGATED && source <= v1::REFERRAL_SOURCE_COURT_ENFORCEMENT;
}

std::optional<Refused> CheckSource(const v1::ReceiveReferralRequest& request, const Context& context) {
  if (request.source() == v1::REFERRAL_SOURCE_UNSPECIFIED) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "source"}});
  }
  if (!v1::ReferralSource_IsValid(request.source())) return RefuseField("source", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  const bool referred = request.source() != v1::REFERRAL_SOURCE_PARTY;
  if (auto refusal = CheckText("source_organ", request.source_organ(), kOrganBytesMax, referred)) return refusal;
  if (auto refusal = CheckText("source_reference", request.source_reference(), kReferenceBytesMax, false)) {
    return refusal;
  }
  if (!referred && !request.source_organ().empty()) {
    return RefuseField("source_organ", Phrase::PHRASE_ONLY_OF_A_REFERRAL);
  }
  if (!referred && !request.source_reference().empty()) {
    return RefuseField("source_reference", Phrase::PHRASE_ONLY_OF_A_REFERRAL);
  }
  if (!request.has_files_signed_at()) return std::nullopt;
  return CheckNotInFuture("files_signed_at", request.files_signed_at(), context.now);
}

std::optional<Refused> CheckParties(const v1::ReceiveReferralRequest& request) {
  if (request.parties_size() < kPartiesMin) return RefuseField("parties", Phrase::PHRASE_PARTIES);
  if (request.parties_size() > kPartiesMax) return RefuseTooMany("parties", kPartiesMax);
  for (int i = 1; i < request.parties_size(); ++i) {
    for (int j = 0; j < i; ++j) {
      const std::string& person = request.parties(i).person_id();
      if (person.empty() || person != request.parties(j).person_id()) continue;
      return RefuseField(absl::StrCat("parties[", i, "]"), Phrase::PHRASE_PARTY_TWICE);
    }
  }
  if (request.applicant() > static_cast<uint32_t>(request.parties_size())) {
    return RefuseField("applicant", Phrase::PHRASE_PARTY_NUMBER).With("limit", absl::StrCat(request.parties_size()));
  }
  return std::nullopt;
}

}  // namespace

std::string SourceSystemOf(const v1::ReceiveReferralRequest& request) {
  if (request.source_organ().empty() || !v1::ReferralSource_IsValid(request.source())) return {};
  const std::string name = v1::ReferralSource_Name(request.source()).substr(kSourcePrefix.size());
  return absl::StrCat(absl::AsciiStrToLower(name), "/", request.source_organ());
}

EventsOrRefusal DecideReceiveReferral(const v1::ReceiveReferralRequest& request,
                                      const std::optional<std::string>& taken_by, const OfficeFact& office,
                                      const Context& context) {
  if (request.channel() == common::v1::CHANNEL_UNSPECIFIED) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "channel"}});
  }
  if (!IsContactChannel(request.channel())) return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  if (auto refusal = CheckOffice("actor.office_id", request.actor().office_id(), office, context.here, false)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckSource(request, context)) return *std::move(refusal);
  if (auto refusal = CheckText("matter_type", request.matter_type(), 64, true)) return *std::move(refusal);
  if (request.dispute().sealed().empty() && request.dispute().text().empty()) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "dispute.text"}});
  }
  if (auto refusal = CheckParties(request)) return *std::move(refusal);
  if (taken_by) {
    return Refuse(R::REFUSAL_EXTERNAL_REFERENCE_TAKEN, {{"source_system", SourceSystemOf(request)},
                                                        {"external_reference", request.source_reference()},
                                                        {"case_id", *taken_by}});
  }
  Opening opening;
  opening.kind = v1::CASE_KIND_MEDIATION;
  opening.channel = request.channel();
  opening.matter_type = request.matter_type();
  opening.source_system = SourceSystemOf(request);
  opening.external_reference = request.source_reference();
  opening.applicant = &request.parties(request.applicant() == 0 ? 0 : static_cast<int>(request.applicant()) - 1);
  opening.receiver = request.actor();
  opening.occurred_at = context.received_at;
  Events events = Open(opening, context);
  v1::IntakeEvent event = NewEvent(context.new_case_id, context.received_at);
  auto* received = event.mutable_referral_received();
  received->set_source(request.source());
  received->set_source_organ(request.source_organ());
  received->set_source_reference(request.source_reference());
  *received->mutable_dispute() = request.dispute();
  *received->mutable_parties() = request.parties();
  if (request.has_files_signed_at()) {
    *received->mutable_files_signed_at() = request.files_signed_at();
  } else if (IsCourt(request.source())) {
    *received->mutable_files_signed_at() = ToTimestamp(context.received_at);  // received is signed for
  }
  events.push_back(std::move(event));
  return events;
}

}  // namespace casehub::intake
