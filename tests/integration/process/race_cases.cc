#include "tests/integration/process/race_cases.h"

namespace casehub::testing {
namespace {

constexpr char kCentre[] = "centre-1";
constexpr char kCommittee[] = "committee-1";
constexpr char kMediator[] = "mediator-1";
constexpr uint32_t kCapacity = 1000;  // no race is about it

assignment::v1::SetTariffRequest Tariff(const std::string& municipality) {
  assignment::v1::SetTariffRequest request;
  request.set_municipality(municipality);
  request.set_request_id(NewRequestId());
  request.mutable_tariff()->set_valid_from("2020-01-01");
  request.mutable_tariff()->set_citation("法律援助补贴标准");
  auto* row = request.mutable_tariff()->add_rows();
  row->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
  row->set_amount_fen(150'000);
  return request;
}

}  // namespace

void Furnish(Caller* caller, const std::string& municipality, size_t lawyers) {
  caller->Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(municipality, kCentre));
  caller->Must<registry::v1::RegisterOfficeResponse>(RegisterCommittee(municipality, kCommittee));
  caller->Must<registry::v1::RegisterPractitionerResponse>(RegisterMediator(municipality, kMediator, kCommittee));
  for (size_t i = 0; i < lawyers; ++i) {
    caller->Must<registry::v1::RegisterPractitionerResponse>(
        RegisterLawyer(municipality, "lawyer-" + std::to_string(i), kCentre, kCapacity));
  }
  caller->Must<assignment::v1::SetTariffResponse>(Tariff(municipality));
}

RaceCase Aid(Caller* caller, RaceCase one, uint64_t resident, AidStage stage) {
  auto apply = ByCentre<intake::v1::SubmitAidApplicationRequest>(one);
  apply.set_channel(common::v1::CHANNEL_WINDOW);
  *apply.mutable_applicant() = Resident(resident);
  apply.set_matter_type("civil");
  one.case_id = caller->Must<intake::v1::SubmitAidApplicationResponse>(apply).case_id();
  auto pledge = ByCentre<intake::v1::GiveHardshipPledgeRequest>(one);
  *pledge.mutable_pledge() = Document("经济困难告知承诺书");
  caller->Must<intake::v1::GiveHardshipPledgeResponse>(pledge);
  if (stage == AidStage::kPledged) return one;
  caller->Must<intake::v1::DecideAidResponse>(Grant(one));
  if (stage == AidStage::kGranted) return one;
  one.offer_id = caller->Must<assignment::v1::OfferCaseResponse>(Offer(one)).offer_id();
  if (stage == AidStage::kOffered) return one;
  caller->Must<assignment::v1::AcceptOfferResponse>(Accept(one));
  if (stage == AidStage::kAccepted) return one;
  caller->Must<assignment::v1::IssueAssignmentLetterResponse>(
      ByCentre<assignment::v1::IssueAssignmentLetterRequest>(one));
  if (stage == AidStage::kAssigned) return one;
  auto file = ByCentre<assignment::v1::SubmitClosingFileRequest>(one);
  *file.add_documents() = Document("结案归档材料");
  caller->Must<assignment::v1::SubmitClosingFileResponse>(file);
  return one;
}

RaceCase Contact(Caller* caller, RaceCase one, uint64_t resident) {
  const auto request = RegisterContact(one.municipality, resident);
  one.case_id = caller->Must<intake::v1::RegisterContactResponse>(request).case_id();
  return one;
}

RaceCase Answered(Caller* caller, RaceCase one, uint64_t resident) {
  auto call = RegisterCall(one.municipality, resident, "老板拖欠三个月工资,应当怎么办?");
  *call.mutable_actor() = Staff(kCentre, "staff-1");
  one.case_id = caller->Must<intake::v1::RegisterCallResponse>(call).case_id();
  auto answer = ByCentre<intake::v1::AnswerConsultationRequest>(one);
  answer.mutable_answer()->set_text("可以申请劳动仲裁。");
  caller->Must<intake::v1::AnswerConsultationResponse>(answer);
  return one;
}

RaceCase Dispute(Caller* caller, RaceCase one, uint64_t resident, bool failed) {
  const auto referral = ReceiveReferral(one.municipality, resident, "双方因宅基地界址发生纠纷,请予调解。");
  one.case_id = caller->Must<intake::v1::ReceiveReferralResponse>(referral).case_id();
  for (uint32_t party : {1u, 2u}) {
    auto consent = ByCentre<mediation::v1::RecordConsentRequest>(one);
    consent.set_party(party);
    consent.set_consented(true);
    caller->Must<mediation::v1::RecordConsentResponse>(consent);
  }
  auto accept = ByCentre<mediation::v1::AcceptDisputeRequest>(one);
  accept.set_office_id(kCommittee);
  caller->Must<mediation::v1::AcceptDisputeResponse>(accept);
  auto assign = ByCentre<mediation::v1::AssignMediatorRequest>(one);
  assign.set_mediator_id(kMediator);
  caller->Must<mediation::v1::AssignMediatorResponse>(assign);
  if (!failed) return one;
  auto returned = ByCentre<mediation::v1::ReturnReferralResultRequest>(one);
  returned.set_result(mediation::v1::MEDIATION_RESULT_FAILED);
  caller->Must<mediation::v1::ReturnReferralResultResponse>(returned);
  return one;
}

intake::v1::DecideAidRequest Grant(const RaceCase& one) {
  auto request = ByCentre<intake::v1::DecideAidRequest>(one);
  request.set_decision(intake::v1::AID_DECISION_GRANTED);
  return request;
}

intake::v1::WithdrawCaseRequest Withdraw(const RaceCase& one) {
  auto request = ByCentre<intake::v1::WithdrawCaseRequest>(one);
  request.set_reason_code("settled");
  return request;
}

intake::v1::VerifyPledgeRequest FindPledgeFalse(const RaceCase& one) {
  return ByCentre<intake::v1::VerifyPledgeRequest>(one);  // `truthful` is left out: it is not
}

intake::v1::ConfirmAnswerDeliveredRequest ConfirmDelivered(const RaceCase& one) {
  auto request = ByCentre<intake::v1::ConfirmAnswerDeliveredRequest>(one);
  request.set_channel(common::v1::CHANNEL_HOTLINE);
  return request;
}

assignment::v1::OfferCaseRequest Offer(const RaceCase& one) {
  auto request = ByCentre<assignment::v1::OfferCaseRequest>(one);
  if (one.lawyer.empty()) return request;
  request.set_practitioner_id(one.lawyer);
  request.set_reason("熟悉案情");
  return request;
}

assignment::v1::AcceptOfferRequest Accept(const RaceCase& one) {
  auto request = ByCentre<assignment::v1::AcceptOfferRequest>(one);
  request.set_offer_id(one.offer_id);
  return request;
}

assignment::v1::TerminateAidRequest Terminate(const RaceCase& one) {
  auto request = ByCentre<assignment::v1::TerminateAidRequest>(one);
  request.set_reason_code("own_counsel");
  return request;
}

mediation::v1::HoldSessionRequest Session(const RaceCase& one) {
  auto request = ByCentre<mediation::v1::HoldSessionRequest>(one);
  request.set_mode(mediation::v1::SESSION_MODE_IN_PERSON);
  request.add_present(1);
  request.add_present(2);
  request.mutable_record()->set_text("双方陈述意见。");
  return request;
}

mediation::v1::CloseMediationRequest CloseFailed(const RaceCase& one) {
  auto request = ByCentre<mediation::v1::CloseMediationRequest>(one);
  request.set_result(mediation::v1::MEDIATION_RESULT_FAILED);
  request.set_onward_path(mediation::v1::ONWARD_PATH_LITIGATION);
  request.set_reason_code("no_agreement");
  return request;
}

evaluation::v1::RecordFeedbackRequest Feedback(const RaceCase& one) {
  auto request = About<evaluation::v1::RecordFeedbackRequest>(one.municipality, one.case_id);
  request.mutable_actor()->set_staff_id("operator");
  request.set_encounter_id("visit-1");
  request.set_office_id(kCentre);
  request.set_overall(4);
  request.set_channel(common::v1::CHANNEL_WINDOW);
  return request;
}

evaluation::v1::SubmitRatingRequest Rating(const RaceCase& one) {
  auto request = About<evaluation::v1::SubmitRatingRequest>(one.municipality, one.case_id);
  request.mutable_actor()->set_staff_id("operator");
  request.set_channel(common::v1::CHANNEL_WINDOW);
  auto* grades = request.mutable_grades();
  grades->set_attitude(5);
  grades->set_efficiency(4);
  grades->set_policy_execution(4);
  grades->set_professional_level(5);
  grades->set_overall(4);
  return request;
}

}  // namespace casehub::testing
