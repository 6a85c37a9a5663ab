// Life 5: applied for away from home; and other ways in which custody of an application may go.
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/integration/process/shared_steps.h"

namespace casehub::testing {
namespace {

namespace assignment = assignment::v1;
namespace intake = intake::v1;
namespace transfer = transfer::v1;

// Waits until a municipality says so of the case's transfer.
template <typename IsSo>
Step UntilCustody(Step step, const std::string& municipality, IsSo is_so) {
  return Until<transfer::GetTransferRequest, transfer::GetTransferResponse>(
      std::move(step), municipality,
      [is_so](const auto& there, const Progress& progress) { return is_so(there.transfer(), progress); });
}
Step UntilOrigin(Step step, transfer::OriginState state) {
  return UntilCustody(std::move(step), kOrigin,
                      [state](const auto& custody, const Progress&) { return custody.origin() == state; });
}

// Step 1.
std::vector<Step> Apply(uint64_t resident) {
  return {LearnCase<intake::SubmitAidApplicationResponse>(
              Ask<intake::SubmitAidApplicationRequest>(kCentre,
                                                       [=](auto* request) {
                                                         request->set_channel(common::v1::CHANNEL_WINDOW);
                                                         *request->mutable_applicant() = Resident(resident);
                                                         request->set_matter_type("civil");
                                                         request->mutable_statement()->set_text("异地申请法律援助");
                                                         *request->add_documents() = Document("身份证");
                                                         *request->add_documents() = Document("劳动合同");
                                                         request->set_competent_municipality(kFirstAsked);
                                                       })),
          Ask<intake::AgreeMaterialListRequest>(kCentre, [](auto* request) { request->add_items("身份证复印件"); }),
          Ask<intake::RecordInterviewRequest>(kCentre,
                                              [](auto* request) { request->mutable_record()->set_text("谈话笔录"); }),
          Ask<intake::RecordTransferConsentRequest>(
              kCentre, [](auto* request) { *request->mutable_consent() = Document("同意书"); })};
}

Step OfferTo(const std::string& to) {
  Step step = Ask<transfer::OfferTransferRequest>(kCentre, [to](auto* request) {
    request->set_to(to);
    request->set_reason("该市有管辖权");
  });
  step = Learn<transfer::OfferTransferResponse>(
      std::move(step), [](const auto& response, Progress* progress) { progress->hop = response.hop(); });
  return UntilCustody(std::move(step), to, [](const auto& custody, const Progress& progress) {
    return custody.addressee() == transfer::ADDRESSEE_STATE_OFFERED && custody.offered_hop() == progress.hop;
  });
}

Step DeclineAt(const Desk& desk, transfer::OriginState then) {
  return UntilOrigin(Ask<transfer::DeclineTransferRequest>(desk,
                                                           [](auto* request, const Progress& progress) {
                                                             request->set_hop(progress.hop);
                                                             request->set_reason("不属于本市管辖");
                                                             request->set_onward(kSecondAsked);
                                                           }),
                     then);
}

Step Recall() { return UntilOrigin(Ask<transfer::RecallTransferRequest>(kCentre), transfer::ORIGIN_STATE_ACTIVE); }

Step RuleFor(const std::string& custodian) {
  return Ask<transfer::RuleJurisdictionRequest>(kProvince, [=](auto* request, const Progress& progress) {
    request->set_hop(progress.hop);
    request->set_custodian(custodian);
    request->set_reason("案件办理机关所在地");
  });
}

// Steps 1 to 3.
std::vector<Step> DeclinedByBoth(uint64_t resident) {
  std::vector<Step> steps = Apply(resident);
  Append({OfferTo(kFirstAsked), DeclineAt(kCentreOfB, transfer::ORIGIN_STATE_ACTIVE), OfferTo(kSecondAsked),
          DeclineAt(kCentreOfC, transfer::ORIGIN_STATE_AT_SUPERIOR)},
         &steps);
  return steps;
}

// Custody moves: the origin knows it, and where it is now the decision is due.
Step UntilMoved(Step step, const std::string& custodian) {
  return UntilCase(UntilOrigin(std::move(step), transfer::ORIGIN_STATE_GONE), custodian,
                   [](const intake::Case& seen) { return HasClock(seen, "aid.decide", intake::CLOCK_STATUS_RUNNING); });
}

// Step 5. At first a document is missing.
std::vector<Step> VerifiedAndGranted() {
  return {Ask<intake::VerifyDocumentSetRequest>(kCentreOfB,
                                                [](auto* request) { *request->add_documents() = Document("身份证"); }),
          Ask<intake::VerifyDocumentSetRequest>(kCentreOfB,
                                                [](auto* request) {
                                                  *request->add_documents() = Document("身份证");
                                                  *request->add_documents() = Document("劳动合同");
                                                }),
          Grant({kFirstAsked, kCentreOfB.office_id, "staff-22"})};
}

// The loan stands so in the log of that side.
Step UntilLoan(Step step, const std::string& municipality, assignment::LoanStatus status) {
  return Until<assignment::ListLoansRequest, assignment::ListLoansResponse>(
      std::move(step), municipality, [status](const auto& there, const Progress& progress) {
        for (const auto& loan : there.loans()) {
          if (loan.loan_id() == progress.loan_id) return loan.status() == status;
        }
        return false;
      });
}

// Step 6.
std::vector<Step> Lent() {
  Step request = Learn<assignment::RequestLoanResponse>(
      Ask<assignment::RequestLoanRequest>(kCentreOfB, [](auto* request) { request->set_lender(kSecondAsked); }),
      [](const auto& response, Progress* progress) { progress->loan_id = response.loan_id(); });
  Step grant = Ask<assignment::GrantLoanRequest>(kCentreOfC, [](auto* request, const Progress& progress) {
    request->set_loan_id(progress.loan_id);
    request->set_practitioner_id("lawyer-9");
  });
  return {UntilLoan(std::move(request), kSecondAsked, assignment::LOAN_STATUS_REQUESTED),
          UntilLoan(std::move(grant), kFirstAsked, assignment::LOAN_STATUS_LENT)};
}

}  // namespace

std::vector<Step> AwayFromHome() {
  std::vector<Step> steps = DeclinedByBoth(15);
  steps.push_back(UntilMoved(RuleFor(kFirstAsked), kFirstAsked));
  Append(VerifiedAndGranted(), &steps);
  Append(Lent(), &steps);
  Append({Offer(kCentreOfB), AcceptOffer(kCentreOfB), IssueLetter(kCentreOfB), SubmitClosingFile(kCentreOfB),
          UntilLoan(ApproveClosingFile(kCentreOfB), kSecondAsked, assignment::LOAN_STATUS_RETURNED),
          RateOverHotline(kFirstAsked, 5)},
         &steps);
  return steps;
}

std::vector<Step> AwayByAcceptance() {
  std::vector<Step> steps = Apply(17);
  Append({OfferTo(kFirstAsked), Recall(), OfferTo(kFirstAsked), DeclineAt(kCentreOfB, transfer::ORIGIN_STATE_ACTIVE),
          OfferTo(kSecondAsked)},
         &steps);
  Step accept = Ask<transfer::AcceptTransferRequest>(
      kCentreOfC, [](auto* request, const Progress& progress) { request->set_hop(progress.hop); });
  steps.push_back(UntilMoved(std::move(accept), kSecondAsked));
  steps.push_back(Ask<intake::RegisterContactRequest>(
      kCentreOfC, [](auto* request) { request->set_channel(common::v1::CHANNEL_ONLINE); }));
  return steps;
}

std::vector<Step> AwayAndRecalled() {
  std::vector<Step> steps = DeclinedByBoth(18);
  steps.push_back(Recall());
  return steps;
}

std::vector<Step> RuledForTheOrigin() {
  std::vector<Step> steps = DeclinedByBoth(19);
  steps.push_back(Recall());
  Step request = Learn<transfer::RequestRulingResponse>(
      Ask<transfer::RequestRulingRequest>(kCentre, [](auto* request) { request->set_reason("两市均拒收"); }),
      [](const auto& response, Progress* progress) { progress->hop = response.hop(); });
  steps.push_back(UntilCustody(std::move(request), kSuperior, [](const auto& custody, const Progress& progress) {
    for (const auto& ruling : custody.rulings()) {
      if (ruling.hop() == progress.hop && ruling.open()) return true;
    }
    return false;
  }));
  steps.push_back(UntilOrigin(RuleFor(kOrigin), transfer::ORIGIN_STATE_ACTIVE));
  return steps;
}

std::vector<Step> AwayOnPaper() {
  std::vector<Step> steps = Apply(20);
  Step paper = Ask<transfer::RecordPaperRulingRequest>(kCentre, [](auto* request) {
    request->set_outside_counterpart("外省法律援助中心");
    request->set_ruled_by("司法部");
    request->set_ruled_on("2025-01-06");
    *request->mutable_document() = Document("管辖裁定书");
  });
  steps.push_back(UntilOrigin(std::move(paper), transfer::ORIGIN_STATE_GONE));
  return steps;
}

}  // namespace casehub::testing
