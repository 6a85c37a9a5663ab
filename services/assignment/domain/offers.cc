#include "services/assignment/domain/offers.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/model/civil_time.h"

namespace casehub::assignment {

using R = common::v1::Refusal;

namespace {

constexpr char kPolicy[] = "aid.offer";

bool IsVillage(const std::string& code) {
  return code.size() == 12 && code[0] != '0' && std::all_of(code.begin(), code.end(), absl::ascii_isdigit);
}

std::optional<Refused> CheckRequest(const v1::OfferCaseRequest& request) {
  if (auto refusal = CheckText("practitioner_id", request.practitioner_id(), 64, false)) return refusal;
  if (auto refusal = CheckText("reason", request.reason(), 1000, !request.practitioner_id().empty())) return refusal;
  if (request.practitioner_id().empty() && !request.lent_from().empty()) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "practitioner_id"}});
  }
  if (!request.village().empty() && !IsVillage(request.village())) {
    return RefuseField("village", Phrase::PHRASE_VILLAGE_CODE);
  }
  return CheckText("villages_override_reason", request.villages_override_reason(), 1000, false);
}

// Nobody has the case and nobody is asked.
std::optional<Refused> CheckFree(const v1::AssignmentState& state) {
  if (HasLetter(state)) {
    return Refuse(R::REFUSAL_LETTER_IN_FORCE, {{"practitioner_id", state.letter().practitioner().practitioner_id()},
                                               {"letter_id", state.letter().letter_id()}});
  }
  if (state.status() == v1::ASSIGNMENT_STATUS_QUEUED) return std::nullopt;
  return Refuse(R::REFUSAL_OFFER_PENDING,
                {{"practitioner_id", state.offer().practitioner().practitioner_id()},
                 {"respond_by", FormatInstant(ToInstant(state.offer().respond_by().due_at()))}});
}

Refused NobodyFits(const Choosing& choosing, const v1::ChoiceExplanation& explanation, const Context& context) {
  if (choosing.named) {
    const auto rule = RuleAgainst(explanation, *choosing.named);
    if (rule == v1::CHOICE_RULE_UNSPECIFIED) {  // not among the candidates at all
      return Refuse(R::REFUSAL_PRACTITIONER_UNKNOWN,
                    {{"practitioner_id", choosing.named->practitioner_id()},
                     {"municipality",
                      choosing.named->lent_from().empty() ? context.here.ToString() : choosing.named->lent_from()}});
    }
    return Refuse(R::REFUSAL_PRACTITIONER_EXCLUDED, {{"practitioner_id", choosing.named->practitioner_id()}})
        .With("why", WordsOf(rule));
  }
  uint32_t all = explanation.ranked_total();
  for (const auto& count : explanation.excluded_total()) all += count.practitioners();
  return Refuse(R::REFUSAL_NO_PRACTITIONER_FITS, {{"practitioners", absl::StrCat(all)}})
      .With("why", WordsOf(MostExcluding(explanation)));
}

// The offer that waits for an answer, by the id in the request, answered in time.
std::optional<Refused> CheckOffer(const v1::AssignmentState& state, const std::string& etag,
                                  const std::string& offer_id, const Context& context) {
  if (offer_id.empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "offer_id"}});
  if (auto refusal = CheckUnderWay(state, etag)) return refusal;
  if (state.status() != v1::ASSIGNMENT_STATUS_OFFERED || state.offer().offer_id() != offer_id) {
    return Refuse(R::REFUSAL_NO_SUCH_OFFER, {{"offer_id", offer_id}});
  }
  const Instant respond_by = ToInstant(state.offer().respond_by().due_at());
  if (context.received_at < respond_by) return std::nullopt;
  return Refuse(R::REFUSAL_OFFER_LAPSED, {{"respond_by", FormatInstant(respond_by)}});
}

}  // namespace

Choosing ChoosingFor(const v1::AssignmentState& state, const RosterView& roster, CivilDate today) {
  Choosing choosing;
  choosing.needs = NeedsOf(state, roster.region_code);
  choosing.barred.assign(state.barred().begin(), state.barred().end());
  choosing.barred.insert(choosing.barred.end(), roster.co_defendants_counsel.begin(),
                         roster.co_defendants_counsel.end());
  choosing.today = today;
  return choosing;
}

EventsOrRefusal DecideOfferCase(const v1::AssignmentState& state, const v1::OfferCaseRequest& request,
                                const RosterView& roster, const Context& context) {
  if (auto refusal = CheckRequest(request)) return *std::move(refusal);
  if (auto refusal = CheckUnderWay(state, request.etag())) return *std::move(refusal);
  if (auto refusal = CheckFree(state)) return *std::move(refusal);
  Choosing choosing = ChoosingFor(state, roster, DateAt(context.now));
  choosing.needs.set_village(request.village());
  choosing.villages_overridden = !request.villages_override_reason().empty();
  if (!request.practitioner_id().empty()) {
    choosing.named.emplace();
    choosing.named->set_practitioner_id(request.practitioner_id());
    choosing.named->set_lent_from(request.lent_from());
  }
  Choice choice = Choose(choosing, roster.candidates());
  if (!choice.chosen) return NobodyFits(choosing, choice.explanation, context);
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::OfferMade* made = events[0].mutable_offer_made();
  made->set_offer_id(context.new_id);
  made->set_practitioner_id(choice.chosen->practitioner_id());
  made->set_lent_from(choice.chosen->lent_from());
  *made->mutable_respond_by() = context.rules->StartClock(kPolicy, context.now);
  *made->mutable_explanation() = std::move(choice.explanation);
  made->set_reason(request.reason());
  made->set_villages_override_reason(request.villages_override_reason());
  *made->mutable_offered_by() = request.actor();
  return events;
}

EventsOrRefusal DecideDeclineOffer(const v1::AssignmentState& state, const v1::DeclineOfferRequest& request,
                                   const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckOffer(state, request.etag(), request.offer_id(), context)) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::OfferDeclined* declined = events[0].mutable_offer_declined();
  declined->set_offer_id(request.offer_id());
  declined->set_practitioner_id(state.offer().practitioner().practitioner_id());
  declined->set_lent_from(state.offer().practitioner().lent_from());
  declined->set_reason_code(request.reason_code());
  return events;
}

EventsOrRefusal DecideAcceptOffer(const v1::AssignmentState& state, const v1::AcceptOfferRequest& request,
                                  const RosterView& roster, const Context& context) {
  if (auto refusal = CheckOffer(state, request.etag(), request.offer_id(), context)) return *std::move(refusal);
  if (auto refusal = CheckStillFits(state, roster, context)) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::OfferAccepted* accepted = events[0].mutable_offer_accepted();
  accepted->set_offer_id(request.offer_id());
  accepted->set_practitioner_id(state.offer().practitioner().practitioner_id());
  accepted->set_lent_from(state.offer().practitioner().lent_from());
  return events;
}

std::optional<Refused> CheckStillFits(const v1::AssignmentState& state, const RosterView& roster,
                                      const Context& context) {
  const v1::PractitionerRef& holder = state.offer().practitioner();
  Choosing choosing = ChoosingFor(state, roster, DateAt(context.now));
  choosing.needs.set_village(state.offer().village());
  choosing.villages_overridden = state.offer().villages_overridden();
  choosing.named = holder;  // asked before does not count against who is being asked
  v1::ChoiceRule rule = v1::CHOICE_RULE_NOT_ON_ROSTER;
  for (Candidate& candidate : roster.candidates()) {
    if (!SamePractitioner(candidate.ref(), holder)) continue;
    if (candidate.in_hand > 0) --candidate.in_hand;  // this very case
    if (!state.offer().village().empty()) candidate.villages.insert(state.offer().village());
    rule = Excluded(choosing, candidate);
  }
  if (rule == v1::CHOICE_RULE_UNSPECIFIED) return std::nullopt;
  return Refuse(R::REFUSAL_PRACTITIONER_EXCLUDED, {{"practitioner_id", holder.practitioner_id()}})
      .With("why", WordsOf(rule));
}

}  // namespace casehub::assignment
