#include "services/intake/rpc.h"

#include <utility>

#include "absl/time/civil_time.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "services/intake/case_rows.h"
#include "services/intake/domain/aid.h"
#include "services/intake/domain/aid_review.h"
#include "services/intake/domain/contact.h"
#include "services/intake/domain/defence.h"
#include "services/intake/domain/document_set.h"
#include "services/intake/domain/hotline.h"
#include "services/intake/domain/line_import.h"
#include "services/intake/domain/objection.h"
#include "services/intake/domain/promise.h"
#include "services/intake/domain/referral.h"
#include "services/intake/sources.h"
#include "services/intake/tables.h"
#include "services/model/regions.h"

namespace casehub::intake {

using runtime::DecideContext;
using runtime::Outcome;
using runtime::StateReader;

Context ToContext(const DecideContext& context, const StateReader& state) {
  return {context.municipality, context.now, context.received_at, context.NewId("case").ToString(),
          legalclock::RulesIn(state, tables::RulesKey(context.municipality))};
}

OfficeFact LoadOffice(const StateReader& state, const DecideContext& context, const std::string& office_id) {
  OfficeFact fact;
  if (office_id.empty()) return fact;
  const auto office = state.Load<registry::v1::Office>(tables::OfficeKey(context.municipality, office_id));
  if (!office) return fact;
  fact.known = true;
  fact.is_centre = office->kind() == registry::v1::OFFICE_KIND_CENTRE;
  fact.closed_since = office->valid_until();
  const std::string today = absl::FormatCivilTime(legalclock::CivilDayOf(context.now));
  fact.open = office->valid_from() <= today && (office->valid_until().empty() || today < office->valid_until());
  return fact;
}

namespace {

// A decision that may open a case, with what is suspected of it.
EventsOrRefusal WithSuspicions(EventsOrRefusal decided, const DecideContext& context, const StateReader& state) {
  if (auto* events = std::get_if<Events>(&decided)) AddSuspicions(context.municipality, state, events);
  return decided;
}

// Reply and subjects of a decision on one case. `version` is the case's before it.
template <typename Reply>
Outcome Map(EventsOrRefusal decided, const std::string& case_id, uint64_t version, bool existing, Reply reply) {
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  Events events = std::get<Events>(std::move(decided));
  reply.set_case_id(case_id);
  reply.set_etag(std::to_string(version + events.size()));
  std::vector<storage::Subject> relies_on;
  // A case that is opened by this very record has no standing anyone could have changed.
  if (existing) relies_on.push_back(storage::CaseSubject(*Uuid::Parse(case_id)));
  return runtime::Decided(std::move(events), std::move(reply), std::move(relies_on));
}

// Commands that act on an existing case and need nothing but its row.
template <typename Reply, typename Request>
Outcome OnCase(const Request& request, const DecideContext& context, const StateReader& state,
               EventsOrRefusal (*decide)(const v1::CaseState&, const Request&, const Context&)) {
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  return Map(decide(*found, request, ToContext(context, state)), found->case_id(), found->version(), true, Reply());
}

// The same for commands that name an office.
template <typename Reply, typename Request>
Outcome OnCaseAndOffice(const Request& request, const std::string& office_id, const DecideContext& context,
                        const StateReader& state,
                        EventsOrRefusal (*decide)(const v1::CaseState&, const Request&, const OfficeFact&,
                                                  const Context&)) {
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  const OfficeFact office = LoadOffice(state, context, office_id);
  return Map(decide(*found, request, office, ToContext(context, state)), found->case_id(), found->version(), true,
             Reply());
}

Outcome RegisterContact(const v1::RegisterContactRequest& request, const DecideContext& context,
                        const StateReader& state) {
  const Context own = ToContext(context, state);
  const OfficeFact office = LoadOffice(state, context, request.actor().office_id());
  if (!request.case_id().empty()) {
    const auto found = LoadCase(state, context.municipality, request.case_id());
    if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
    return Map(DecideRegisterContact(&*found, request, std::nullopt, office, own), found->case_id(), found->version(),
               true, v1::RegisterContactResponse());
  }
  std::optional<std::string> taken_by;
  if (!request.external_reference().empty()) {
    auto row =
        state.Get(tables::SourceKey(context.municipality, request.source_system(), request.external_reference()));
    if (row) taken_by = Uuid::FromBytes(*row)->ToString();
  }
  return Map(WithSuspicions(DecideRegisterContact(nullptr, request, taken_by, office, own), context, state),
             own.new_case_id, 0, false, v1::RegisterContactResponse());
}

// Another case under which the same documents of the same applicant were received, unless that one is done with.
std::optional<std::string> FirstReceipt(const StateReader& state, const DecideContext& context,
                                        const std::string& person_id, const v1::SubmitAidApplicationRequest& request) {
  if (person_id.empty() || request.documents().empty()) return std::nullopt;
  const auto row =
      state.Get(tables::ApplicationKey(context.municipality, person_id, DocumentSetDigest(request.documents())));
  const auto first = row ? Uuid::FromBytes(*row) : std::nullopt;
  if (!first || first->ToString() == request.case_id()) return std::nullopt;
  const auto other = LoadCase(state, tables::CaseKey(context.municipality, *first));
  const bool lives =
      other && (other->status() == v1::CASE_STATUS_OPEN || other->status() == v1::CASE_STATUS_MOVED_AWAY);
  return lives ? std::optional(first->ToString()) : std::nullopt;
}

Outcome SubmitAidApplication(const v1::SubmitAidApplicationRequest& request, const DecideContext& context,
                             const StateReader& state) {
  const Context own = ToContext(context, state);
  const OfficeFact office = LoadOffice(state, context, request.actor().office_id());
  const auto competent = Municipality::Parse(request.competent_municipality());
  const bool known = competent && RegionTable::Default().Find(*competent) != nullptr;
  if (request.case_id().empty()) {
    const auto first = FirstReceipt(state, context, request.applicant().person_id(), request);
    return Map(WithSuspicions(DecideSubmitAidApplication(nullptr, request, office, known, first, own), context, state),
               own.new_case_id, 0, false, v1::SubmitAidApplicationResponse());
  }
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  const auto first = FirstReceipt(state, context, found->applicant().person_id(), request);
  return Map(DecideSubmitAidApplication(&*found, request, office, known, first, own), found->case_id(),
             found->version(), true, v1::SubmitAidApplicationResponse());
}

Outcome ReceiveDefenceNotice(const v1::ReceiveDefenceNoticeRequest& request, const DecideContext& context,
                             const StateReader& state) {
  const Context own = ToContext(context, state);
  const OfficeFact office = LoadOffice(state, context, request.actor().office_id());
  std::optional<std::string> taken_by;
  if (!request.authority_reference().empty()) {
    const auto row = state.Get(
        tables::NoticeKey(context.municipality, request.authority(), request.authority_reference(), request.stage()));
    if (row) taken_by = Uuid::FromBytes(*row)->ToString();
  }
  const auto linked = LoadCase(state, context.municipality, request.linked_case_id());
  auto decided = DecideReceiveNotice(request, taken_by, linked ? &*linked : nullptr, office, own);
  v1::ReceiveDefenceNoticeResponse reply;
  if (const auto* events = std::get_if<Events>(&decided)) {
    for (const auto& event : *events) {
      if (event.has_authority_timeliness()) reply.set_late(event.authority_timeliness().late());
    }
  }
  return Map(std::move(decided), own.new_case_id, 0, false, std::move(reply));
}

Outcome VerifyDocumentSet(const v1::VerifyDocumentSetRequest& request, const DecideContext& context,
                          const StateReader& state) {
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto decided = DecideVerifyDocumentSet(*found, request, ToContext(context, state));
  v1::VerifyDocumentSetResponse reply;
  if (const auto* events = std::get_if<Events>(&decided)) reply.set_verified(events->at(0).has_document_set_verified());
  return Map(std::move(decided), found->case_id(), found->version(), true, std::move(reply));
}

Outcome RegisterCall(const v1::RegisterCallRequest& request, const DecideContext& context, const StateReader& state) {
  const Context own = ToContext(context, state);
  const OfficeFact office = LoadOffice(state, context, request.actor().office_id());
  v1::RegisterCallResponse reply;
  if (request.case_id().empty()) {
    reply.set_calls(1);
    return Map(WithSuspicions(DecideRegisterCall(nullptr, request, office, own), context, state), own.new_case_id, 0,
               false, std::move(reply));
  }
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  reply.set_calls(found->calls() + 1);
  return Map(DecideRegisterCall(&*found, request, office, own), found->case_id(), found->version(), true,
             std::move(reply));
}

Outcome ReceiveReferral(const v1::ReceiveReferralRequest& request, const DecideContext& context,
                        const StateReader& state) {
  const Context own = ToContext(context, state);
  std::optional<std::string> taken_by;
  if (!request.source_reference().empty()) {
    auto row = state.Get(tables::SourceKey(context.municipality, SourceSystemOf(request), request.source_reference()));
    if (row) taken_by = Uuid::FromBytes(*row)->ToString();
  }
  const OfficeFact office = LoadOffice(state, context, request.actor().office_id());
  return Map(WithSuspicions(DecideReceiveReferral(request, taken_by, office, own), context, state), own.new_case_id, 0,
             false, v1::ReceiveReferralResponse());
}

Outcome HandOverToOffice(const v1::HandOverToOfficeRequest& request, const DecideContext& context,
                         const StateReader& state) {
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  const OfficeFact office = LoadOffice(state, context, request.to_office_id());
  const OfficeFact pending = LoadOffice(state, context, found->pending_office_id());
  return Map(DecideHandOver(*found, request, office, pending, ToContext(context, state)), found->case_id(),
             found->version(), true, v1::HandOverToOfficeResponse());
}

Outcome AnswerConsultation(const v1::AnswerConsultationRequest& request, const DecideContext& context,
                           const StateReader& state) {
  return OnCaseAndOffice<v1::AnswerConsultationResponse>(request, request.actor().office_id(), context, state,
                                                         &DecideAnswer);
}

}  // namespace

void AddCommands(runtime::CommandTable* commands) {
  commands->Add<v1::RegisterContactRequest>(&RegisterContact);
  commands->Add<v1::SubmitAidApplicationRequest>(&SubmitAidApplication);
  commands->Add<v1::AgreeMaterialListRequest>(
      +[](const v1::AgreeMaterialListRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::AgreeMaterialListResponse>(request, context, state, &DecideAgreeMaterialList);
      });
  commands->Add<v1::RecordInterviewRequest>(
      +[](const v1::RecordInterviewRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::RecordInterviewResponse>(request, context, state, &DecideRecordInterview);
      });
  commands->Add<v1::RecordTransferConsentRequest>(
      +[](const v1::RecordTransferConsentRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::RecordTransferConsentResponse>(request, context, state, &DecideRecordTransferConsent);
      });
  commands->Add<v1::RegisterCallRequest>(&RegisterCall);
  commands->Add<v1::HandOverToOfficeRequest>(&HandOverToOffice);
  commands->Add<v1::AcknowledgeHandOverRequest>(
      +[](const v1::AcknowledgeHandOverRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::AcknowledgeHandOverResponse>(request, context, state, &DecideAcknowledge);
      });
  commands->Add<v1::AnswerConsultationRequest>(&AnswerConsultation);
  commands->Add<v1::ConfirmAnswerDeliveredRequest>(
      +[](const v1::ConfirmAnswerDeliveredRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::ConfirmAnswerDeliveredResponse>(request, context, state, &DecideConfirmDelivered);
      });
  commands->Add<v1::GiveHardshipPledgeRequest>(
      +[](const v1::GiveHardshipPledgeRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::GiveHardshipPledgeResponse>(request, context, state, &DecideGivePledge);
      });
  commands->Add<v1::CompletePreliminaryReviewRequest>(
      +[](const v1::CompletePreliminaryReviewRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCaseAndOffice<v1::CompletePreliminaryReviewResponse>(request, request.to_office_id(), context, state,
                                                                      &DecidePreliminaryReview);
      });
  commands->Add<v1::IssueSupplementNoticeRequest>(
      +[](const v1::IssueSupplementNoticeRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::IssueSupplementNoticeResponse>(request, context, state, &DecideIssueNotice);
      });
  commands->Add<v1::ConfirmDeliveryRequest>(
      +[](const v1::ConfirmDeliveryRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::ConfirmDeliveryResponse>(request, context, state, &DecideConfirmDelivery);
      });
  commands->Add<v1::SubmitSupplementsRequest>(
      +[](const v1::SubmitSupplementsRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::SubmitSupplementsResponse>(request, context, state, &DecideSubmitSupplements);
      });
  commands->Add<v1::DecideAidRequest>(
      +[](const v1::DecideAidRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCaseAndOffice<v1::DecideAidResponse>(request, request.actor().office_id(), context, state,
                                                      &DecideDecideAid);
      });
  commands->Add<v1::VerifyPledgeRequest>(
      +[](const v1::VerifyPledgeRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::VerifyPledgeResponse>(request, context, state, &DecideVerifyPledge);
      });
  commands->Add<v1::ReceiveDefenceNoticeRequest>(&ReceiveDefenceNotice);
  commands->Add<v1::VerifyDocumentSetRequest>(&VerifyDocumentSet);
  commands->Add<v1::FileObjectionRequest>(
      +[](const v1::FileObjectionRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::FileObjectionResponse>(request, context, state, &DecideFileObjection);
      });
  commands->Add<v1::DecideObjectionRequest>(
      +[](const v1::DecideObjectionRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::DecideObjectionResponse>(request, context, state, &DecideDecideObjection);
      });
  commands->Add<v1::ReceiveReferralRequest>(&ReceiveReferral);
  commands->Add<v1::WithdrawCaseRequest>(
      +[](const v1::WithdrawCaseRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::WithdrawCaseResponse>(request, context, state, &DecideWithdraw);
      });
  commands->Add<v1::ArchiveCaseRequest>(
      +[](const v1::ArchiveCaseRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::ArchiveCaseResponse>(request, context, state, &DecideArchive);
      });
  commands->Add<v1::SetPromisedDateRequest>(
      +[](const v1::SetPromisedDateRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::SetPromisedDateResponse>(request, context, state, &DecideSetPromisedDate);
      });
  commands->Add<v1::RecordPromiseKeptRequest>(
      +[](const v1::RecordPromiseKeptRequest& request, const DecideContext& context, const StateReader& state) {
        return OnCase<v1::RecordPromiseKeptResponse>(request, context, state, &DecideRecordPromiseKept);
      });
}

}  // namespace casehub::intake
