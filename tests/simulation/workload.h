// What clients know of their cases, and the commands and queries they make up from it: mostly sensible next steps of
// the five lives, mixed with mistakes, races and nonsense.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "casehub/registry/v1/registry_events.pb.h"
#include "google/protobuf/message.h"
#include "services/model/ids.h"
#include "tests/simulation/context.h"

namespace casehub::simulation {

enum class CaseLine { kContact, kAid, kConsultation, kImported, kMediation };

// How far a mediation has come, as its clients believe.
struct MediationFile {
  uint32_t parties = 0;
  uint32_t consents = 0;
  bool accepted = false;
  bool assigned = false;
  bool met = false;
  bool agreed = false;
  bool returned = false;
};

// Lawyers of each municipality, lawyer-0 and so on; how many cases each takes; how many each lends another.
inline constexpr uint64_t kLawyers = 4;
inline constexpr uint32_t kLawyerCapacity = 2;
inline constexpr uint32_t kLoanQuota = 1;
void FillLawyer(uint64_t number, registry::v1::Practitioner* one);

// What clients know of a case's assignment.
struct AssignmentFile {
  bool granted = false;
  std::string offer_id;
  std::string lawyer;  // of the newest offer
  int recorded = 0;    // under this letter
  bool accepted = false;
  bool assigned = false;
  bool submitted = false;
  bool closed = false;
};
struct LoanFile {
  std::string id;
  Municipality lender;
};

// A case as its clients believe it to be.
struct CaseFile {
  Uuid id;
  std::string text_id;
  CaseLine line = CaseLine::kContact;
  Municipality at;  // who they think has it
  Municipality competent;
  std::string etag;
  std::string office;  // responsible
  std::string pending_office;
  std::string source;  // and reference, of contacts that a line system knows too
  std::string reference;
  bool away = false;
  int readiness = 0;  // list, interview, consent
  bool answered = false;
  bool closed = false;
  bool withdrawn = false;
  bool rated = false;
  bool badly_rated = false;
  bool appealed = false;
  // the newest offer
  uint64_t hop = 0;
  Municipality offered_to;
  bool offered = false;
  int declines = 0;
  bool upward = false;    // declined a second time, or a ruling was asked for: the superior has it
  bool objected = false;  // against a refusal
  // The application as it was sent, to be sent again and to compare with what arrives.
  std::shared_ptr<google::protobuf::Message> application;
  std::vector<Municipality> left;  // where it was, newest last
  bool restless = false;           // goes round and round
  PartitionId partition = 0;
  MediationFile mediation;
  Offset seen_at = kNoOffset;  // an acknowledgement that says it is at `at`
  AssignmentFile assignment;
};

struct Draft {
  ServiceId service = ServiceId::kIntake;
  Municipality municipality;
  std::shared_ptr<google::protobuf::Message> message;
  bool is_query = false;
  int case_index = -1;  // of Workload::cases; -1: none, or not known yet
  std::string name;     // of the rpc
};

class Workload {
 public:
  Workload(Context* context, bool transfers);

  // Offices and practitioners that the rest needs; one after the other.
  std::vector<Draft> Opening();
  Draft NextCommand();
  Draft NextQuery();
  // What whoever follows a case does at once when a step of it is done.
  Draft FollowUp(int case_index) { return NextStep(case_index); }
  bool IsRestless(int case_index) const { return case_index >= 0 && cases_[static_cast<size_t>(case_index)].restless; }
  // Several commands at once on one case, which cannot all succeed.
  std::vector<Draft> Race();
  // The same request with another body; nullopt where there is nothing to change.
  std::optional<Draft> OtherBody(const Draft& draft);

  // A command was acknowledged: what its clients learn from it.
  void Learn(const Draft& draft, const std::string& reply, PartitionId partition, Offset offset);
  const std::deque<CaseFile>& cases() const { return cases_; }

 private:
  Municipality AnyMunicipality();
  Municipality OtherThan(Municipality one);
  std::string AnyOffice();
  int PickCase();
  // What a third of the commands of a world is about, in workload_theme.cc: what needs many steps of one kind is not
  // drowned by all the rest.
  enum class Theme { kNone, kAssignment, kCustody, kFacts };
  Draft NextOfTheme();
  Draft NextOfCustody();
  Draft NextOfFacts();
  Draft FactFor(const CaseFile& file);
  template <typename Predicate>
  int PickWhere(Predicate predicate);
  Draft Make(ServiceId service, Municipality municipality, std::shared_ptr<google::protobuf::Message> message,
             int case_index);
  template <typename Request>
  std::shared_ptr<Request> About(const CaseFile& file) {
    auto request = std::make_shared<Request>();
    request->set_case_id(file.text_id);
    return request;
  }

  // --- intake
  Draft RegisterContact(int index);
  Draft RegisterCall(int index);
  Draft SubmitAid(int index);
  Draft Readiness(int index);
  Draft HandOver(int index);
  Draft Acknowledge(int index);
  Draft Answer(int index);
  Draft Confirm(int index);
  Draft Withdraw(int index);
  Draft Archive(int index);
  Draft ImportCase();
  // Legal aid from pledge to decision, in workload_aid.cc.
  Draft AidStep(int index);
  // Mandatory defence, document sets, objections, in workload_intake.cc.
  Draft DefenceNotice();
  Draft VerifyDocuments(int index);
  Draft Objection(int index);
  Draft ApplyAgain(int index);
  // Disputes from referral to what follows the agreement, in workload_mediation.cc.
  void OpenMediation(std::vector<Draft>* drafts);
  Draft Refer();
  Draft MediationStep(int index);
  Draft AnyMediationStep(int index);
  Draft MediationFact(int index, Municipality at);
  Draft MediationQuery(int index);
  // Runs and sources of imports, and dates promised, in workload_import.cc.
  Draft ImportRun();
  Draft RegisterSource();
  Draft Promise(int index);
  Draft ImportQuery();
  // --- assignment, in workload_assignment.cc
  std::vector<Draft> AssignmentOpening();
  Draft SetTariff(Municipality municipality);
  Draft AgreeLoans(Municipality lender, Municipality borrower);
  Draft Suspend(Municipality municipality, const std::string& lawyer);
  Draft SuspendOrReinstate(Municipality municipality);
  Draft Grant(int index);
  Draft OfferCase(int index);
  Draft RecordWork(int index);
  Draft ReplaceOrTerminate(int index);
  Draft CloseAssigned(int index);
  Draft LoanStep(int index);
  Draft AssignStep(int index);
  std::vector<Draft> AssignmentRace(int index);
  void LearnAssignment(const Draft& draft, const std::string& reply);
  Draft AssignmentQuery(Municipality municipality, int index);
  // --- transfer; rulings in workload_rulings.cc
  Draft RequestRuling(int index);
  Draft Rule(int index);
  Draft PaperRuling(int index);
  Draft NextOfUpward(int index);
  Draft Offer(int index);
  Draft Recall(int index);
  Draft Accept(int index);
  Draft Decline(int index);
  // --- evaluation, in workload_evaluation.cc
  Draft Rate(int index);
  Draft Voice(int index);
  Draft Rectify(int index);
  Draft ImportRating();
  Draft SetLimit();
  void LearnEvaluation(const Draft& draft, CaseFile* file);
  // --- registry
  Draft Register();
  Draft NextStep(int index);
  Draft NextOfConsultation(int index);
  Draft AnyStep(int index);

  Context* context_;
  bool transfers_;
  Theme theme_;
  std::deque<CaseFile> cases_;
  int notices_ = 0;
  std::vector<std::shared_ptr<google::protobuf::Message>> imports_;  // some that were sent, to send again
  std::vector<std::string> runs_;                                    // ids of import runs
  std::vector<LoanFile> loans_;
  std::vector<int> badly_rated_;  // cases, by index: some are come back to when they are old
  int references_ = 0;
};

// What clients learn from an acknowledgement of mediation.
void LearnMediation(const Draft& draft, CaseFile* file);

}  // namespace casehub::simulation
