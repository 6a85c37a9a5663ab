// Life 3: mediation on a referral by the police, badly rated.
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "services/model/civil_time.h"
#include "services/model/timestamps.h"
#include "tests/integration/process/shared_steps.h"

namespace casehub::testing {
namespace {

namespace evaluation = evaluation::v1;
namespace intake = intake::v1;
namespace mediation = mediation::v1;

constexpr Desk kBureau{kOrigin, "bureau-1", "auditor-1"};
constexpr uint64_t kParties = 30;  // residents 30 and 31

// Step 1.
Step Referral(uint64_t resident) {
  return LearnCase<intake::ReceiveReferralResponse>(Ask<intake::ReceiveReferralRequest>(kCentre, [=](auto* request) {
    request->MergeFrom(ReceiveReferral(kOrigin, resident, "双方因宅基地界址发生纠纷,请予调解。"));
  }));
}

// Step 2.
Step Consent(uint32_t party) {
  return Ask<mediation::RecordConsentRequest>(kCentre, [party](auto* request) {
    request->set_party(party);
    request->set_consented(true);
  });
}

// Step 4.
Step Session(mediation::SessionMode mode, const std::string& record) {
  return Ask<mediation::HoldSessionRequest>(kCommittee, [=](auto* request) {
    request->set_mode(mode);
    request->add_present(1);
    request->add_present(2);
    request->mutable_record()->set_text(record);
  });
}

// Step 5. It has been in effect for so long that the parties are reminded of the confirmation at once (step 7).
Step Agreement() {
  Step step = Ask<mediation::RecordAgreementRequest>(kCommittee, [](auto* request) {
    constexpr int64_t kDaysInEffect = 27;  // of 30
    *request->mutable_effective_at() = ToTimestamp({Now().micros - kDaysInEffect * kMicrosPerDay});
    request->add_terms()->mutable_text()->set_text("乙方拆除越界围墙。");
    request->mutable_terms(0)->set_perform_by("2027-03-01");
    request->add_terms()->mutable_text()->set_text("甲方补偿乙方人民币三千元。");
  });
  return Until<mediation::GetMediationRequest, mediation::GetMediationResponse>(
      std::move(step), kOrigin,
      [](const auto& there, const Progress&) { return there.mediation().agreement().reminded(); });
}

// Steps 3 to 5.
std::vector<Step> Mediated() {
  return {
      Ask<mediation::AcceptDisputeRequest>(kCommittee,
                                           [](auto* request) { request->set_office_id(kCommittee.office_id); }),
      Ask<mediation::AssignMediatorRequest>(kCommittee, [](auto* request) { request->set_mediator_id("mediator-1"); }),
      Session(mediation::SESSION_MODE_IN_PERSON, "双方陈述意见。"),
      Ask<mediation::ReplaceMediatorRequest>(kCommittee,
                                             [](auto* request) {
                                               request->set_mediator_id("mediator-2");
                                               request->set_reason_code("ill");
                                             }),
      Session(mediation::SESSION_MODE_VIDEO, "双方达成一致。"),
      Agreement(),
      Ask<mediation::ReturnReferralResultRequest>(
          kCommittee, [](auto* request) { request->set_result(mediation::MEDIATION_RESULT_AGREED); })};
}

// Steps 6 and 7.
std::vector<Step> ClosedAndConfirmed() {
  return {UntilSlot(UntilClosed(
                        Ask<mediation::CloseMediationRequest>(
                            kCommittee, [](auto* request) { request->set_result(mediation::MEDIATION_RESULT_AGREED); }),
                        kOrigin),
                    kOrigin),
          Ask<mediation::RecordJointApplicationRequest>(kCommittee,
                                                        [](auto* request) { request->set_court("柯城区人民法院"); }),
          Ask<mediation::RecordCourtOutcomeRequest>(kCommittee,
                                                    [](auto* request) {
                                                      request->set_outcome(mediation::COURT_OUTCOME_CONFIRMED);
                                                      request->set_reference("(2026)浙0802民特1号");
                                                    }),
          Ask<mediation::RecordPerformanceRequest>(kCommittee, [](auto* request) {
            request->set_term(2);
            request->set_performance(mediation::PERFORMANCE_PERFORMED);
          })};
}

// What counts for nothing: a feedback on a session, and the other party's opinion.
std::vector<Step> OtherVoices() {
  return {Ask<evaluation::RecordFeedbackRequest>(kStation,
                                                 [](auto* request) {
                                                   request->set_encounter_id("session-1");
                                                   request->set_office_id(kCommittee.office_id);
                                                   request->set_overall(4);
                                                   request->set_channel(common::v1::CHANNEL_HOTLINE);
                                                   request->set_call_id("12348-feedback");
                                                 }),
          Ask<evaluation::RecordOpinionRequest>(kStation, [](auto* request) {
            *request->mutable_party() = Resident(kParties + 1);
            request->set_party_role("对方当事人");
            request->set_overall(1);
            request->set_channel(common::v1::CHANNEL_WINDOW);
            request->mutable_comment()->set_text("态度不好");
          })};
}

Step Rectify() {
  return Ask<evaluation::RecordRectificationRequest>(kCommittee, [](auto* request) {
    request->mutable_measures()->set_text("当面致歉,并说明调解经过");
    request->mutable_called_back_at()->set_seconds(1'700'000'000);
  });
}

Step Revisit(bool satisfied) {
  return Ask<evaluation::RecordRevisitRequest>(kBureau, [satisfied](auto* request) {
    request->set_satisfied(satisfied);
    request->set_channel(common::v1::CHANNEL_HOTLINE);
    request->set_call_id("12348-revisit");
    request->mutable_comment()->set_text(satisfied ? "满意" : "仍不满意");
  });
}

// Step 8: rectified, re-visited in vain, rectified again, appealed, upheld, re-visited and closed.
std::vector<Step> BadlyRated() {
  std::vector<Step> steps = {RateOverHotline(kOrigin, 2)};
  Append(OtherVoices(), &steps);
  Append({Rectify(), Revisit(false), Rectify(),
          Ask<evaluation::AppealRatingRequest>({kOrigin, kCommittee.office_id, "mediator-2"},
                                               [](auto* request) {
                                                 request->mutable_reasons()->set_text("已充分听取双方意见");
                                                 *request->add_documents() = Document("调解笔录");
                                               }),
          Ask<evaluation::DecideReviewRequest>({kOrigin, kBureau.office_id, "reviewer-1"},
                                               [](auto* request) {
                                                 request->set_outcome(evaluation::REVIEW_OUTCOME_UPHELD);
                                                 request->set_reason_code("grounded");
                                               }),
          Revisit(true)},
         &steps);
  return steps;
}

}  // namespace

std::vector<Step> MediationBadlyRated() {
  std::vector<Step> steps = {Referral(kParties), Consent(1), Consent(2)};
  Append(Mediated(), &steps);
  Append(ClosedAndConfirmed(), &steps);
  Append(BadlyRated(), &steps);
  steps.push_back(Ask<intake::ArchiveCaseRequest>(kCommittee));
  return steps;
}

std::vector<Step> ReferralRefused() {
  return {Referral(33), Consent(1),
          UntilClosed(Ask<mediation::RecordConsentRequest>(kCentre,
                                                           [](auto* request) {
                                                             request->set_party(2);
                                                             request->set_consented(false);
                                                             request->set_reason_code("wants_a_court");
                                                           }),
                      kOrigin)};
}

}  // namespace casehub::testing
