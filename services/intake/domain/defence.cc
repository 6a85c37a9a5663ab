#include "services/intake/domain/defence.h"

#include "services/model/channels.h"
#include "services/model/civil_time.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

std::optional<Refused> CheckValue(const std::string& field, int value, bool known) {
  if (value == 0) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", field}});
  if (!known) return RefuseField(field, Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  return std::nullopt;
}

std::optional<Refused> CheckNotice(const v1::ReceiveDefenceNoticeRequest& request, const Context& context) {
  if (!request.has_applicant()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "applicant"}});
  if (auto refusal = CheckText("matter_type", request.matter_type(), 64, true)) return refusal;
  if (request.channel() != common::v1::CHANNEL_UNSPECIFIED && !IsContactChannel(request.channel())) {
    return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  }
  if (auto refusal = CheckValue("ground", request.ground(), v1::DefenceGround_IsValid(request.ground()))) {
    return refusal;
  }
  if (auto refusal = CheckValue("stage", request.stage(), v1::ProcedureStage_IsValid(request.stage()))) return refusal;
  if (auto refusal = CheckValue("maximum_penalty", request.maximum_penalty(),
                                v1::MaximumPenalty_IsValid(request.maximum_penalty()))) {
    return refusal;
  }
  if (auto refusal = CheckText("authority", request.authority(), 200, true)) return refusal;
  if (auto refusal = CheckText("authority_reference", request.authority_reference(), 200, false)) return refusal;
  const auto day = ParseDate(request.need_found_on());
  if (!day) return RefuseField("need_found_on", Phrase::PHRASE_DATE_FORMAT);
  if (*day > DateAt(context.now)) return RefuseField("need_found_on", Phrase::PHRASE_NOT_AFTER_TODAY);
  return std::nullopt;
}

// One case per beneficiary per stage (decision 1): the next stage is a case of its own, linked to the one before.
std::optional<Refused> CheckLink(const v1::ReceiveDefenceNoticeRequest& request, const v1::CaseState* linked) {
  if (request.linked_case_id().empty()) return std::nullopt;
  if (!Uuid::Parse(request.linked_case_id())) return RefuseField("linked_case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  if (linked == nullptr) return std::nullopt;  // of another municipality
  if (linked->kind() != v1::CASE_KIND_DEFENCE) return WrongKind(*linked, Phrase::PHRASE_LINK);
  if (linked->defence().stage() >= request.stage()) {
    return RefuseField("linked_case_id", Phrase::PHRASE_EARLIER_STAGE);
  }
  return std::nullopt;
}

}  // namespace

EventsOrRefusal DecideReceiveNotice(const v1::ReceiveDefenceNoticeRequest& request,
                                    const std::optional<std::string>& taken_by, const v1::CaseState* linked,
                                    const OfficeFact& office, const Context& context) {
  if (auto refusal = CheckNotice(request, context)) return *std::move(refusal);
  if (auto refusal = CheckOffice("actor.office_id", request.actor().office_id(), office, context.here, true)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckLink(request, linked)) return *std::move(refusal);
  if (taken_by) {
    return Refuse(
        R::REFUSAL_NOTICE_TAKEN,
        {{"authority", request.authority()}, {"reference", request.authority_reference()}, {"case_id", *taken_by}});
  }
  Opening opening;
  opening.kind = v1::CASE_KIND_DEFENCE;
  opening.channel = request.channel();
  opening.matter_type = request.matter_type();
  opening.applicant = &request.applicant();
  opening.receiver = request.actor();
  opening.occurred_at = context.received_at;
  Events events = Open(opening, context);
  events.pop_back();  // the authority wrote; the defendant has not been here
  auto* notice = events.emplace_back(NewEvent(context.new_case_id, context.received_at)).mutable_notice_received();
  notice->set_ground(request.ground());
  notice->set_stage(request.stage());
  notice->set_need_found_on(request.need_found_on());
  notice->set_maximum_penalty(request.maximum_penalty());
  notice->set_authority(request.authority());
  notice->set_authority_reference(request.authority_reference());
  notice->set_linked_case_id(request.linked_case_id());
  *notice->mutable_receiver() = request.actor();
  auto* timeliness =
      events.emplace_back(NewEvent(context.new_case_id, context.received_at)).mutable_authority_timeliness();
  *timeliness->mutable_deadline() =
      context.rules->StartClock("defence.notify", StartOf(*ParseDate(request.need_found_on())));
  timeliness->set_late(context.received_at >= ToInstant(timeliness->deadline().due_at()));
  *events.emplace_back(NewEvent(context.new_case_id, context.received_at))
       .mutable_assign_clock_started()
       ->mutable_deadline() = context.rules->StartClock("defence.assign", context.received_at);
  return events;
}

}  // namespace casehub::intake
