#include "services/intake/domain/aid_review.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/intake/domain/aid.h"
#include "services/intake/domain/clocks.h"
#include "services/intake/domain/deadlines.h"
#include "services/model/channels.h"
#include "services/model/civil_time.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

constexpr int kItemsMax = 100;
constexpr int kDocumentsMax = 100;
constexpr std::string_view kDecide = "aid.decide";
constexpr std::string_view kSupplement = "aid.supplement";

// Its own application, here and alive.
std::optional<Refused> CheckApplication(const v1::CaseState& state, const std::string& etag) {
  if (auto refusal = CheckEtag(state, etag)) return refusal;
  if (state.kind() != v1::CASE_KIND_LEGAL_AID) return WrongKind(state, Phrase::PHRASE_AID_APPLICATION);
  if (auto refusal = CheckActing(state)) return refusal;
  if (!state.application_received()) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_AID_APPLICATION);
  }
  return std::nullopt;
}

// The same, and nobody has decided yet.
std::optional<Refused> CheckUndecided(const v1::CaseState& state, const std::string& etag) {
  if (auto refusal = CheckApplication(state, etag)) return refusal;
  if (state.away_from_home() && state.competent_municipality() != state.municipality()) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_COMPETENCE);
  }
  if (state.aid().decision() != v1::AID_DECISION_UNSPECIFIED) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_AID_DECISION);
  }
  return std::nullopt;
}

// 1 to 100 different texts.
template <typename Items>
std::optional<Refused> CheckItems(const Items& items) {
  if (items.empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "items"}});
  if (items.size() > kItemsMax) return RefuseTooMany("items", kItemsMax);
  std::set<std::string> seen;
  for (int i = 0; i < items.size(); ++i) {
    const std::string field = absl::StrCat("items[", i, "]");
    if (auto refusal = CheckText(field, items.Get(i), 200, true)) return refusal;
    if (!seen.insert(items.Get(i)).second) return RefuseField(field, Phrase::PHRASE_ITEM_TWICE);
  }
  return std::nullopt;
}

const v1::Notice* FirstNotice(const v1::CaseState& state) {
  return state.aid().notices().empty() ? nullptr : &state.aid().notices(0);
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& items, const std::string& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// A time that the caller may leave out, then it is now; never in the future.
std::variant<Instant, Refused> ReadTime(const std::string& field, bool given, const google::protobuf::Timestamp& time,
                                        const Context& context) {
  if (!given) return context.received_at;
  if (auto refusal = CheckNotInFuture(field, time, context.now)) return *std::move(refusal);
  return ToInstant(time);
}

// Closed after aid was given, and here.
bool IsAidedAndClosed(const v1::CaseState& state) {
  return state.kind() == v1::CASE_KIND_LEGAL_AID && state.status() == v1::CASE_STATUS_CLOSED &&
         state.frozen_hop() == 0 &&
         (state.aid().decision() == v1::AID_DECISION_GRANTED || state.aid().decision() == v1::AID_DECISION_TERMINATED);
}

}  // namespace

bool IsVerificationOwed(const v1::CaseState& state) {
  return IsAidedAndClosed(state) && state.aid().pledge() == v1::PLEDGE_STATUS_GIVEN;
}

EventsOrRefusal DecideGivePledge(const v1::CaseState& state, const v1::GiveHardshipPledgeRequest& request,
                                 const Context& context) {
  if (auto refusal = CheckDocument("pledge", request.pledge())) return *std::move(refusal);
  if (!request.verify_by().empty()) {
    const auto day = ParseDate(request.verify_by());
    if (!day) return RefuseField("verify_by", Phrase::PHRASE_DATE_FORMAT);
    if (*day < DateAt(context.now)) return RefuseField("verify_by", Phrase::PHRASE_NOT_BEFORE_TODAY);
  }
  if (auto refusal = CheckUndecided(state, request.etag())) return *std::move(refusal);
  if (state.aid().pledge() != v1::PLEDGE_STATUS_UNSPECIFIED) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_PLEDGE);
  }
  Events events(2, NewEvent(state.case_id(), context.received_at));
  *events[0].mutable_hardship_pledged()->mutable_pledge() = request.pledge();
  *events[0].mutable_hardship_pledged()->mutable_receiver() = request.actor();
  events[1].mutable_verification_due()->set_verify_by(request.verify_by());
  return events;
}

EventsOrRefusal DecidePreliminaryReview(const v1::CaseState& state, const v1::CompletePreliminaryReviewRequest& request,
                                        const OfficeFact& to, const Context& context) {
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), 64, true)) return *std::move(refusal);
  if (request.recommendation() == v1::RECOMMENDATION_UNSPECIFIED) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "recommendation"}});
  }
  if (!v1::Recommendation_IsValid(request.recommendation())) {
    return RefuseField("recommendation", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  if (auto refusal = CheckUndecided(state, request.etag())) return *std::move(refusal);
  if (state.aid().has_reviewer()) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_PRELIMINARY_REVIEW);
  }
  if (auto refusal = CheckOffice("to_office_id", request.to_office_id(), to, context.here, true)) {
    return *std::move(refusal);
  }
  if (!to.is_centre) return Refuse(R::REFUSAL_OFFICE_MAY_NOT_DECIDE, {{"office_id", request.to_office_id()}});
  Events events(2, NewEvent(state.case_id(), context.received_at));
  auto* reviewed = events[0].mutable_preliminary_reviewed();
  *reviewed->mutable_reviewer() = request.actor();
  reviewed->set_recommendation(request.recommendation());
  if (request.has_opinion()) *reviewed->mutable_opinion() = request.opinion();
  events[1].mutable_responsibility_handed_over()->set_from_office_id(state.responsible_office_id());
  events[1].mutable_responsibility_handed_over()->set_to_office_id(request.to_office_id());
  return events;
}

EventsOrRefusal DecideIssueNotice(const v1::CaseState& state, const v1::IssueSupplementNoticeRequest& request,
                                  const Context& context) {
  if (auto refusal = CheckItems(request.items())) return *std::move(refusal);
  if (auto refusal = CheckUndecided(state, request.etag())) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* issued = events[0].mutable_notice_issued();
  issued->set_ordinal(static_cast<uint32_t>(state.aid().notices_size()) + 1);
  *issued->mutable_items() = request.items();
  *issued->mutable_issuer() = request.actor();
  return events;
}

EventsOrRefusal DecideConfirmDelivery(const v1::CaseState& state, const v1::ConfirmDeliveryRequest& request,
                                      const Context& context) {
  if (request.channel() != common::v1::CHANNEL_UNSPECIFIED && !IsContactChannel(request.channel())) {
    return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  }
  auto time = ReadTime("delivered_at", request.has_delivered_at(), request.delivered_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  const Instant delivered_at = std::get<Instant>(time);
  if (auto refusal = CheckUndecided(state, request.etag())) return *std::move(refusal);
  const v1::Notice* notice = FirstNotice(state);
  if (notice == nullptr) return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_NOTICE);
  if (notice->has_delivered_at()) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_DELIVERY);
  if (delivered_at < ToInstant(notice->issued_at())) {
    return RefuseField("delivered_at", Phrase::PHRASE_BEFORE_NOTICE);
  }
  Events events{NewEvent(state.case_id(), delivered_at)};
  auto* paused = events[0].mutable_clock_paused();
  paused->set_policy(std::string(kDecide));
  *paused->mutable_delivered_at() = ToTimestamp(delivered_at);
  paused->set_channel(request.channel());
  *paused->mutable_lapse() = context.rules->StartClock(kSupplement, delivered_at);
  return events;
}

EventsOrRefusal DecideSubmitSupplements(const v1::CaseState& state, const v1::SubmitSupplementsRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckItems(request.items())) return *std::move(refusal);
  if (request.documents_size() > kDocumentsMax) return RefuseTooMany("documents", kDocumentsMax);
  for (int i = 0; i < request.documents_size(); ++i) {
    if (auto refusal = CheckDocument(absl::StrCat("documents[", i, "]"), request.documents(i))) {
      return *std::move(refusal);
    }
  }
  auto time = ReadTime("received_at", request.has_received_at(), request.received_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  const Instant received_at = std::get<Instant>(time);
  if (auto refusal = CheckUndecided(state, request.etag())) return *std::move(refusal);
  const v1::Notice* notice = FirstNotice(state);
  if (notice == nullptr) return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_NOTICE);
  if (notice->has_completed_at()) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_SUPPLEMENTS);
  if (received_at < ToInstant(notice->issued_at())) return RefuseField("received_at", Phrase::PHRASE_BEFORE_NOTICE);
  for (const std::string& item : request.items()) {
    if (!Has(notice->items(), item)) return Refuse(R::REFUSAL_NOT_ON_THE_NOTICE, {{"item", item}});
  }
  const bool complete = std::all_of(notice->items().begin(), notice->items().end(), [&](const std::string& item) {
    return Has(notice->received(), item) || Has(request.items(), item);
  });
  Events events{NewEvent(state.case_id(), received_at)};
  if (!complete) {
    *events[0].mutable_supplements_received()->mutable_items() = request.items();
    return events;
  }
  auto* completed = events[0].mutable_supplements_completed();
  *completed->mutable_completed_at() = ToTimestamp(received_at);
  *completed->mutable_items() = request.items();
  *completed->mutable_documents() = request.documents();
  const v1::Clock* paused = FindClock(kDecide, state);
  if (paused == nullptr || paused->status() != v1::CLOCK_STATUS_PAUSED) return events;  // nothing was delivered yet
  v1::Clock clock = *paused;
  v1::ClockPause* last = clock.mutable_pauses(clock.pauses_size() - 1);
  last->set_to(FormatDate(DateAt(received_at)));
  events.push_back(NewEvent(state.case_id(), received_at));
  auto* resumed = events[1].mutable_clock_resumed();
  resumed->set_policy(std::string(kDecide));
  resumed->set_paused_from(last->from());
  resumed->set_paused_to(last->to());
  *resumed->mutable_deadline() = context.rules->CountAgain(clock.deadline(), PausesOf(clock));
  return events;
}

EventsOrRefusal DecideDecideAid(const v1::CaseState& state, const v1::DecideAidRequest& request,
                                const OfficeFact& office, const Context& context) {
  const bool granted = request.decision() == v1::AID_DECISION_GRANTED;
  if (request.decision() == v1::AID_DECISION_UNSPECIFIED) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "decision"}});
  }
  if (!granted && request.decision() != v1::AID_DECISION_REFUSED) {
    return RefuseField("decision", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, !granted)) return *std::move(refusal);
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckUndecided(state, request.etag())) return *std::move(refusal);
  const std::string& office_id = request.actor().office_id();
  if (auto refusal = CheckOffice("actor.office_id", office_id, office, context.here, true)) return *std::move(refusal);
  if (!office.is_centre) return Refuse(R::REFUSAL_OFFICE_MAY_NOT_DECIDE, {{"office_id", office_id}});
  if (state.aid().has_reviewer() && state.aid().reviewer().staff_id() == request.actor().staff_id()) {
    return Refuse(R::REFUSAL_REVIEWER_DECIDES);
  }
  if (granted && !state.duplicate_of().empty()) {
    return Refuse(R::REFUSAL_DUPLICATE_APPLICATION, {{"case_id", state.duplicate_of()}});
  }
  // In urgent cases aid comes first and the papers later (Legal Aid Law 44).
  const bool urgent = state.aid().urgent() != v1::URGENT_GROUND_UNSPECIFIED;
  const v1::Notice* notice = FirstNotice(state);
  if (granted && !urgent && notice != nullptr && !notice->has_completed_at()) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_SUPPLEMENTS);
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  if (!granted) {
    auto* refused = events[0].mutable_aid_refused();
    *refused->mutable_decider() = request.actor();
    refused->set_reason_code(request.reason_code());
    if (request.has_reasons()) *refused->mutable_reasons() = request.reasons();
    return events;
  }
  *events[0].mutable_aid_granted()->mutable_decider() = request.actor();
  events.push_back(NewEvent(state.case_id(), context.received_at));
  *events[1].mutable_assign_clock_started()->mutable_deadline() =
      context.rules->StartClock("aid.assign", context.received_at);
  return events;
}

EventsOrRefusal DecideVerifyPledge(const v1::CaseState& state, const v1::VerifyPledgeRequest& request,
                                   const Context& context) {
  // What the aid cost is recovered, also where the case is closed and the subsidy paid.
  const bool aided_and_closed = IsAidedAndClosed(state);
  if (aided_and_closed) {
    if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  } else if (auto refusal = CheckApplication(state, request.etag())) {
    return *std::move(refusal);
  }
  if (state.aid().pledge() == v1::PLEDGE_STATUS_UNSPECIFIED) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_PLEDGE);
  }
  if (state.aid().pledge() != v1::PLEDGE_STATUS_GIVEN) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_VERIFICATION);
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  if (request.truthful()) {
    *events[0].mutable_pledge_verified()->mutable_verifier() = request.actor();
    return events;
  }
  *events[0].mutable_pledge_false()->mutable_verifier() = request.actor();
  if (aided_and_closed) {
    events.emplace_back(NewEvent(state.case_id(), context.received_at))
        .mutable_cost_recovery_opened()
        ->set_reason_code("false_pledge");
    return events;
  }
  if (state.aid().decision() != v1::AID_DECISION_GRANTED) return events;  // whoever decides knows it
  events.resize(3, NewEvent(state.case_id(), context.received_at));
  events[1].mutable_aid_terminated()->set_reason_code("false_pledge");
  events[2].mutable_cost_recovery_opened()->set_reason_code("false_pledge");
  return events;
}

}  // namespace casehub::intake
