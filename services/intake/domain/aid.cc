#include "services/intake/domain/aid.h"

#include "absl/strings/str_cat.h"
#include "services/intake/domain/case.h"
#include "services/model/channels.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

constexpr int kDocumentsMax = 100;
constexpr int kItemsMax = 100;
// Versions of the data an application is decided on; each comes with its own service of data later.
constexpr char kCatalogueVersion[] = "catalogue-1";
constexpr char kThresholdsVersion[] = "thresholds-1";

std::optional<Refused> CheckAwayApplication(const v1::CaseState& state, const std::string& etag) {
  if (auto refusal = CheckEtag(state, etag)) return refusal;
  if (state.kind() != v1::CASE_KIND_LEGAL_AID) {
    return WrongKind(state, Phrase::PHRASE_AID_APPLICATION);
  }
  if (auto refusal = CheckActing(state)) return refusal;
  if (!state.away_from_home()) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_AWAY_APPLICATION);
  }
  return std::nullopt;
}

// The last of list, interview and consent makes the case ready: received at origin, to be forwarded in time.
void AddReadiness(const v1::CaseState& state, bool list, bool interview, bool consent, const Context& context,
                  Events* events) {
  const bool was_ready = state.materials_size() > 0 && state.interview_recorded() && state.transfer_consent();
  const bool ready = (list || state.materials_size() > 0) && (interview || state.interview_recorded()) &&
                     (consent || state.transfer_consent());
  if (was_ready || !ready) return;
  v1::IntakeEvent received = NewEvent(state.case_id(), context.received_at);
  *received.mutable_received_at_origin()->mutable_received_at() = ToTimestamp(context.received_at);
  v1::IntakeEvent clock = NewEvent(state.case_id(), context.received_at);
  *clock.mutable_forward_clock_started()->mutable_deadline() =
      context.rules->StartClock("transfer.forward", context.received_at);
  events->push_back(std::move(received));
  events->push_back(std::move(clock));
}

std::optional<Refused> CheckDetention(const v1::SubmitAidApplicationRequest& request, const Context& context) {
  if (auto refusal =
          CheckText("detention_facility", request.detention_facility(), 200, request.has_detainee_applied_at()))
    return refusal;
  if (request.detention_facility().empty()) return std::nullopt;
  if (!request.has_detainee_applied_at()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "detainee_applied_at"}});
  return CheckNotInFuture("detainee_applied_at", request.detainee_applied_at(), context.now);
}

// A detainee's application is forwarded within 24 hours (Legal Aid Law 39).
v1::IntakeEvent Forwarded(const std::string& case_id, const v1::SubmitAidApplicationRequest& request,
                          const Context& context) {
  v1::IntakeEvent event = NewEvent(case_id, context.received_at);
  auto* forwarded = event.mutable_detainee_forwarded();
  forwarded->set_facility(request.detention_facility());
  *forwarded->mutable_applied_at() = request.detainee_applied_at();
  *forwarded->mutable_deadline() =
      context.rules->StartClock("detainee.forward", ToInstant(request.detainee_applied_at()));
  forwarded->set_late(context.received_at >= ToInstant(forwarded->deadline().due_at()));
  return event;
}

}  // namespace

EventsOrRefusal DecideSubmitAidApplication(const v1::CaseState* state, const v1::SubmitAidApplicationRequest& request,
                                           const OfficeFact& office, bool competent_is_known,
                                           const std::optional<std::string>& first_receipt, const Context& context) {
  if (auto refusal = CheckDetention(request, context)) return *std::move(refusal);
  if (!v1::UrgentGround_IsValid(request.urgent())) return RefuseField("urgent", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  if (auto refusal = CheckOffice("actor.office_id", request.actor().office_id(), office, context.here, false)) {
    return *std::move(refusal);
  }
  if (!request.competent_municipality().empty() && !competent_is_known) {
    return Refuse(R::REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", request.competent_municipality()}});
  }
  if (request.documents_size() > kDocumentsMax) {
    return RefuseTooMany("documents", kDocumentsMax);
  }
  for (int i = 0; i < request.documents_size(); ++i) {
    if (auto refusal = CheckDocument(absl::StrCat("documents[", i, "]"), request.documents(i))) {
      return *std::move(refusal);
    }
  }
  Events events;
  std::string case_id = context.new_case_id;
  if (state != nullptr) {
    if (auto refusal = CheckEtag(*state, request.etag())) return *std::move(refusal);
    if (state->kind() != v1::CASE_KIND_CONTACT && state->kind() != v1::CASE_KIND_LEGAL_AID) {
      return WrongKind(*state, Phrase::PHRASE_AID_APPLICATION);
    }
    if (auto refusal = CheckActing(*state)) return *std::move(refusal);
    if (state->application_received())
      return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_AID_APPLICATION);
    case_id = state->case_id();
  } else {
    if (!request.has_applicant()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "applicant"}});
    if (auto refusal = CheckText("matter_type", request.matter_type(), 64, true)) return *std::move(refusal);
    if (request.channel() == common::v1::CHANNEL_UNSPECIFIED) {
      return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "channel"}});
    }
    if (!IsContactChannel(request.channel())) return RefuseField("channel", Phrase::PHRASE_CHANNEL);
    Opening opening;
    opening.kind = v1::CASE_KIND_LEGAL_AID;
    opening.channel = request.channel();
    opening.matter_type = request.matter_type();
    opening.applicant = &request.applicant();
    opening.receiver = request.actor();
    opening.occurred_at = context.received_at;
    events = Open(opening, context);
  }
  // Of two receipts the first wins (decision 4).
  if (first_receipt) return Refuse(R::REFUSAL_APPLICATION_TAKEN, {{"case_id", *first_receipt}});
  const bool away =
      !request.competent_municipality().empty() && request.competent_municipality() != context.here.ToString();
  v1::IntakeEvent received = NewEvent(case_id, context.received_at);
  auto* application = received.mutable_application_received();
  if (request.has_statement()) *application->mutable_statement() = request.statement();
  *application->mutable_documents() = request.documents();
  application->set_away_from_home(away);
  application->set_competent_municipality(away ? request.competent_municipality() : context.here.ToString());
  events.push_back(std::move(received));
  if (!request.detention_facility().empty()) events.push_back(Forwarded(case_id, request, context));
  if (request.urgent() != v1::URGENT_GROUND_UNSPECIFIED) {
    events.emplace_back(NewEvent(case_id, context.received_at))
        .mutable_urgent_aid_flagged()
        ->set_ground(request.urgent());
  }
  v1::IntakeEvent pinned = NewEvent(case_id, context.received_at);
  pinned.mutable_versions_pinned()->set_catalogue(kCatalogueVersion);
  pinned.mutable_versions_pinned()->set_thresholds(kThresholdsVersion);
  pinned.mutable_versions_pinned()->set_policies(context.rules->policies_version());
  pinned.mutable_versions_pinned()->set_calendar(context.rules->calendar().version());
  events.push_back(std::move(pinned));
  if (!away) {
    v1::IntakeEvent clock = NewEvent(case_id, context.received_at);
    *clock.mutable_decision_clock_started()->mutable_deadline() =
        context.rules->StartClock("aid.decide", context.received_at);
    events.push_back(std::move(clock));
  }
  return events;
}

EventsOrRefusal DecideAgreeMaterialList(const v1::CaseState& state, const v1::AgreeMaterialListRequest& request,
                                        const Context& context) {
  if (request.items().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "items"}});
  if (request.items_size() > kItemsMax) {
    return RefuseTooMany("items", kItemsMax);
  }
  for (int i = 0; i < request.items_size(); ++i) {
    if (auto refusal = CheckText(absl::StrCat("items[", i, "]"), request.items(i), 200, true)) {
      return *std::move(refusal);
    }
  }
  if (auto refusal = CheckAwayApplication(state, request.etag())) return *std::move(refusal);
  if (state.materials_size() > 0) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_MATERIAL_LIST);
  Events events{NewEvent(state.case_id(), context.received_at)};
  *events[0].mutable_material_list_agreed()->mutable_items() = request.items();
  AddReadiness(state, true, false, false, context, &events);
  return events;
}

EventsOrRefusal DecideRecordInterview(const v1::CaseState& state, const v1::RecordInterviewRequest& request,
                                      const Context& context) {
  if (request.record().sealed().empty() && request.record().text().empty()) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "record.text"}});
  }
  if (request.has_held_at()) {
    if (auto refusal = CheckNotInFuture("held_at", request.held_at(), context.now)) return *std::move(refusal);
  }
  if (auto refusal = CheckAwayApplication(state, request.etag())) return *std::move(refusal);
  if (state.interview_recorded()) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_INTERVIEW);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* interview = events[0].mutable_interview_recorded();
  *interview->mutable_record() = request.record();
  *interview->mutable_held_at() = request.has_held_at() ? request.held_at() : ToTimestamp(context.received_at);
  AddReadiness(state, false, true, false, context, &events);
  return events;
}

EventsOrRefusal DecideRecordTransferConsent(const v1::CaseState& state, const v1::RecordTransferConsentRequest& request,
                                            const Context& context) {
  if (auto refusal = CheckDocument("consent", request.consent())) return *std::move(refusal);
  if (auto refusal = CheckAwayApplication(state, request.etag())) return *std::move(refusal);
  if (state.transfer_consent()) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_CONSENT);
  Events events{NewEvent(state.case_id(), context.received_at)};
  *events[0].mutable_transfer_consent_recorded()->mutable_consent() = request.consent();
  AddReadiness(state, false, false, true, context, &events);
  return events;
}

Events DecideLink(const v1::CaseState& arrived, const v1::CaseState& other, const Context& context) {
  const bool other_first = ToInstant(other.opened_at()) <= ToInstant(arrived.opened_at());
  const v1::CaseState& first = other_first ? other : arrived;
  const v1::CaseState& later = other_first ? arrived : other;
  if (later.duplicate_of() == first.case_id() || CheckActing(later)) return {};
  if (first.status() != v1::CASE_STATUS_OPEN && first.status() != v1::CASE_STATUS_MOVED_AWAY) return {};
  v1::IntakeEvent event = NewEvent(later.case_id(), context.now);
  event.mutable_application_linked()->set_first_case_id(first.case_id());
  *event.mutable_application_linked()->mutable_first_received_at() = first.opened_at();
  return {std::move(event)};
}

Events DecideStartDecisionClock(const v1::CaseState& state, const Context& context) {
  const v1::Clock* awaited = FindAwaited("aid.decide", state);
  if (awaited == nullptr || CheckActing(state)) return {};
  v1::IntakeEvent clock = NewEvent(state.case_id(), context.now);
  *clock.mutable_decision_clock_started()->mutable_deadline() =
      context.rules->StartClock("aid.decide", ToInstant(awaited->deadline().started_at()));
  return {std::move(clock)};
}

}  // namespace casehub::intake
