#include "services/mediation/domain/after.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace casehub::mediation {

using R = common::v1::Refusal;

namespace {

constexpr size_t kCourtBytesMax = 200;
constexpr size_t kReferenceBytesMax = 200;

std::optional<Refused> CheckTime(const std::string& field, bool given, const google::protobuf::Timestamp& time,
                                 const v1::MediationState& state, const Context& context) {
  if (!given) return std::nullopt;
  if (auto refusal = CheckNotInFuture(field, time, context.now)) return refusal;
  if (state.has_agreement() && ToInstant(time) < ToInstant(state.agreement().effective_at())) {
    return RefuseField(field, Phrase::PHRASE_BEFORE_EFFECT);
  }
  return std::nullopt;
}

// Where custody has moved away an agreement may have been made since: its facts go to the custodian.
std::optional<Refused> CheckAgreed(const v1::MediationState& state) {
  if (state.has_agreement()) return std::nullopt;
  if (state.status() == v1::MEDIATION_STATUS_MOVED_AWAY) {
    return Refuse(R::REFUSAL_CASE_MOVED, {{"to", state.frozen_to()}});
  }
  return NotReached(Phrase::PHRASE_AGREEMENT);
}

bool IsHeld(const v1::MediationState& state, const v1::MediationEvent& fact) {
  return std::any_of(state.held().begin(), state.held().end(), [&](const v1::MediationEvent& held) {
    return held.event_case() == fact.event_case() && held.SerializeAsString() == fact.SerializeAsString();
  });
}

}  // namespace

EventsOrRefusal DecideJointApplication(const v1::MediationState& state,
                                       const v1::RecordJointApplicationRequest& request, const Context& context) {
  if (auto refusal = CheckText("court", request.court(), kCourtBytesMax, true)) return *std::move(refusal);
  if (auto refusal = CheckTime("applied_at", request.has_applied_at(), request.applied_at(), state, context)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckAgreed(state)) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* recorded = events[0].mutable_joint_application_recorded();
  *recorded->mutable_applied_at() = When(request.has_applied_at(), request.applied_at(), context);
  recorded->set_court(request.court());
  if (IsKnown(state, events[0])) return AlreadyDone(Phrase::PHRASE_JOINT_APPLICATION);
  const common::v1::Deadline& window = state.confirmation_term().deadline();
  if (ToInstant(recorded->applied_at()) >= ToInstant(window.due_at())) {
    return Refuse(R::REFUSAL_CONFIRMATION_WINDOW_OVER, {{"due_date", window.due_date()}});
  }
  return events;
}

EventsOrRefusal DecideCourtOutcome(const v1::MediationState& state, const v1::RecordCourtOutcomeRequest& request,
                                   const Context& context) {
  if (request.outcome() == v1::COURT_OUTCOME_UNSPECIFIED) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "outcome"}});
  }
  if (!v1::CourtOutcome_IsValid(request.outcome())) return RefuseField("outcome", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  if (auto refusal = CheckText("reference", request.reference(), kReferenceBytesMax, false)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckTime("decided_at", request.has_decided_at(), request.decided_at(), state, context)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckAgreed(state)) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* recorded = events[0].mutable_court_outcome_recorded();
  recorded->set_outcome(request.outcome());
  *recorded->mutable_decided_at() = When(request.has_decided_at(), request.decided_at(), context);
  recorded->set_reference(request.reference());
  if (IsKnown(state, events[0])) return AlreadyDone(Phrase::PHRASE_COURT_OUTCOME);
  return events;
}

EventsOrRefusal DecidePerformance(const v1::MediationState& state, const v1::RecordPerformanceRequest& request,
                                  const Context& context) {
  if (request.performance() == v1::PERFORMANCE_UNSPECIFIED) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "performance"}});
  }
  if (!v1::Performance_IsValid(request.performance())) {
    return RefuseField("performance", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  if (auto refusal = CheckTime("at", request.has_at(), request.at(), state, context)) return *std::move(refusal);
  if (auto refusal = CheckAgreed(state)) return *std::move(refusal);
  const auto terms = static_cast<uint32_t>(state.agreement().terms_size());
  if (request.term() < 1 || request.term() > terms) {
    return RefuseField("term", Phrase::PHRASE_TERM_NUMBER).With("limit", absl::StrCat(terms));
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* recorded = events[0].mutable_performance_recorded();
  recorded->set_term(request.term());
  recorded->set_performance(request.performance());
  *recorded->mutable_at() = When(request.has_at(), request.at(), context);
  if (IsKnown(state, events[0])) return AlreadyDone(Phrase::PHRASE_PERFORMANCE);
  return events;
}

bool IsFact(const v1::MediationEvent& event) {
  return event.has_joint_application_recorded() || event.has_court_outcome_recorded() ||
         event.has_performance_recorded();
}

// A later fact may say otherwise than an earlier one: a broken term is performed after all, a refusal is appealed.
bool IsKnown(const v1::MediationState& state, const v1::MediationEvent& fact) {
  const v1::Agreement& agreement = state.agreement();
  switch (fact.event_case()) {
    case v1::MediationEvent::kJointApplicationRecorded:
      return agreement.has_applied_at();
    case v1::MediationEvent::kCourtOutcomeRecorded:
      return agreement.outcome() == fact.court_outcome_recorded().outcome();
    case v1::MediationEvent::kPerformanceRecorded: {
      const v1::PerformanceRecorded& recorded = fact.performance_recorded();
      if (recorded.term() < 1 || recorded.term() > static_cast<uint32_t>(agreement.terms_size())) return true;
      return agreement.terms(static_cast<int>(recorded.term()) - 1).performance() == recorded.performance();
    }
    default:
      return true;
  }
}

Events DecideTakeFact(const v1::MediationState& state, const v1::MediationEvent& fact) {
  if (!IsFact(fact) || IsKnown(state, fact) || IsHeld(state, fact)) return {};
  return {fact};
}

}  // namespace casehub::mediation
