// Letters, subsidies, capacity and loans, followed over all logs in the order in which their records arrived. Knows
// nothing of how assignment works: only the rules C6 to C9, record by record.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/model/civil_time.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

using assignment::v1::AssignmentEvent;
using intake::v1::IntakeEvent;
using registry::v1::RegistryEvent;
using transfer::v1::TransferEvent;

constexpr int64_t kSlackMicros = 24 * 3600 * kSecond;  // clocks of processes jump, decision times follow

// Somebody's practitioner, by the municipality where it is at home.
using Lawyer = std::pair<std::string, std::string>;

struct Asked {
  std::string offer_id;
  Lawyer lawyer;
  bool lent = false;
  bool accepted = false;
  Instant respond_by;
};
struct Held {
  std::string letter_id;
  Lawyer lawyer;
  bool lent = false;
};
struct Matter {
  std::optional<Asked> asked;
  std::optional<Held> letter;
  std::set<Lawyer> replaced;
  bool ended = false;
  bool frozen = false;
  int subsidies = 0;
  int clocks_met = 0;
  Municipality at;
};
struct Loan {
  std::string case_id;
  Municipality borrower;
  Municipality lender;
  Lawyer lawyer;
  bool known_to_borrower = false;
  bool given_back = false;  // by the borrower
  bool freed = false;       // by the lender
  bool used = false;
};

class Assignments {
 public:
  explicit Assignments(Context* context) : context_(context) {}

  void Add(PartitionId partition, const Judged& judged) {
    const storage::Record& record = *judged.record;
    partition_ = partition;
    offset_ = judged.offset;
    here_ = record.municipality;
    now_ = record.decided_at;
    last_[partition] = std::max(last_[partition], now_);
    for (std::string_view bytes : record.events) {
      if (record.service == ServiceId::kAssignment) Parse<AssignmentEvent>(bytes);
      if (record.service == ServiceId::kIntake) Parse<IntakeEvent>(bytes);
      if (record.service == ServiceId::kTransfer) Parse<TransferEvent>(bytes);
      if (record.service == ServiceId::kRegistry) Parse<RegistryEvent>(bytes);
    }
  }

  // In a world at rest nothing is left that a timer or a reaction should have settled.
  void Finish() {
    for (const auto& [case_id, matter] : matters_) {
      if (!matter.asked || matter.asked->accepted || matter.ended || matter.frozen) continue;
      const Instant last = std::min(last_[0], last_[1]);
      if (matter.asked->respond_by.micros + kSlackMicros < last.micros) {
        Report("offer_never_ended", absl::StrCat("offer ", matter.asked->offer_id, " of case ", case_id));
      }
    }
    for (const auto& [loan_id, loan] : loans_) {
      const Matter& matter = matters_[loan.case_id];
      if (loan.known_to_borrower && !loan.given_back && (matter.ended || matter.at != loan.borrower)) {
        Report("loan_never_returned", absl::StrCat("loan ", loan_id, " of case ", loan.case_id));
      }
      if (loan.given_back && !loan.freed) Report("loan_never_freed", loan_id);
    }
  }

 private:
  void Report(const char* name, const std::string& text) {
    context_->Report(
        name, absl::StrCat("offset ", offset_, " of partition ", partition_, " (", here_.ToString(), "): ", text));
  }

  template <typename Event>
  void Parse(std::string_view bytes) {
    Event event;
    if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) On(event);
  }

  Lawyer LawyerOf(const std::string& practitioner_id, const std::string& lent_from) const {
    return {lent_from.empty() ? here_.ToString() : lent_from, practitioner_id};
  }

  // --- capacity
  void Occupy(const Lawyer& lawyer, const std::string& by) {
    std::set<std::string>& cases = occupied_[lawyer];
    cases.insert(by);
    if (cases.size() > kLawyerCapacity) {
      Report("over_capacity", absl::StrCat(lawyer.second, " of ", lawyer.first, " has ", cases.size(), " cases"));
    }
  }
  void Free(const Lawyer& lawyer, const std::string& by) { occupied_[lawyer].erase(by); }

  // --- loans
  Loan* LoanOf(const std::string& case_id, const Lawyer& lawyer) {
    for (auto& [id, loan] : loans_) {
      if (loan.case_id == case_id && loan.lawyer == lawyer && loan.borrower == here_ && loan.known_to_borrower &&
          !loan.given_back) {
        return &loan;
      }
    }
    return nullptr;
  }
  void CheckLent(const std::string& case_id, const Lawyer& lawyer) {
    Loan* loan = LoanOf(case_id, lawyer);
    if (loan == nullptr) {
      return Report("lent_without_loan", absl::StrCat(lawyer.second, " of ", lawyer.first, " for case ", case_id));
    }
    if (loan->freed) Report("lent_unit_used_twice", absl::StrCat("for case ", case_id));
  }

  void CheckSuspended(const Lawyer& lawyer) {
    const auto suspended = suspended_.find(lawyer);
    if (suspended == suspended_.end() || lawyer.first != here_.ToString()) return;
    if (suspended->second <= FormatDate(DateAt(now_))) {
      Report("suspended_practitioner", absl::StrCat(lawyer.second, " is suspended since ", suspended->second));
    }
  }

  // Nothing is decided on a case that has ended, is frozen or is not here.
  Matter* Acting(const AssignmentEvent& event) {
    Matter& matter = matters_[event.case_id()];
    if (matter.ended) Report("assigned_after_the_end", event.case_id());
    if (matter.frozen || matter.at != here_) Report("assigned_without_custody", event.case_id());
    return &matter;
  }

  void Drop(Matter* matter, const std::string& case_id) {
    if (matter->asked && !matter->asked->lent) Free(matter->asked->lawyer, case_id);
    if (matter->letter && !matter->letter->lent) Free(matter->letter->lawyer, case_id);
    matter->asked.reset();
    matter->letter.reset();
  }
  void End(const std::string& case_id) {
    Matter& matter = matters_[case_id];
    Drop(&matter, case_id);
    matter.ended = true;
  }

  void On(const AssignmentEvent& event) {
    switch (event.event_case()) {
      case AssignmentEvent::kOfferMade:
        return OnOffer(event);
      case AssignmentEvent::kOfferAccepted:
        return OnAccepted(event);
      case AssignmentEvent::kOfferDeclined:
        return OnNotTaken(event, event.offer_declined().offer_id());
      case AssignmentEvent::kOfferTimedOut:
        context_->Count(Situation::kOfferTimedOut);
        return OnNotTaken(event, event.offer_timed_out().offer_id());
      case AssignmentEvent::kPractitionerAssigned:
        return OnLetter(event);
      case AssignmentEvent::kPractitionerReplaced:
        return OnReplaced(event);
      case AssignmentEvent::kAssignClockMet:
        if (++matters_[event.case_id()].clocks_met > 1) Report("clock_met_twice", event.case_id());
        return;
      case AssignmentEvent::kSubsidyPayable:
        return OnSubsidy(event);
      case AssignmentEvent::kCaseClosed: {
        Matter* matter = Acting(event);
        if (!matter->letter) Report("closed_without_letter", event.case_id());
        context_->Count(Situation::kAssignedCaseClosed);
        closed_ = event.case_id();
        return End(event.case_id());
      }
      case AssignmentEvent::kAidTerminated:
        Acting(event);
        return End(event.case_id());
      default:
        return OnLoan(event);
    }
  }

  void OnOffer(const AssignmentEvent& event) {
    const auto& made = event.offer_made();
    Matter* matter = Acting(event);
    if (matter->asked) Report("two_offers", event.case_id());
    if (matter->letter) Report("offered_under_letter", event.case_id());
    const Lawyer lawyer = LawyerOf(made.practitioner_id(), made.lent_from());
    if (matter->replaced.count(lawyer) != 0) Report("replaced_chosen_again", event.case_id());
    CheckSuspended(lawyer);
    const bool lent = !made.lent_from().empty();
    matter->asked = {made.offer_id(),
                     lawyer,
                     lent,
                     false,
                     {made.respond_by().due_at().seconds() * kSecond + made.respond_by().due_at().nanos() / 1000}};
    if (lent) return CheckLent(event.case_id(), lawyer);
    Occupy(lawyer, event.case_id());
  }

  void OnAccepted(const AssignmentEvent& event) {
    Matter* matter = Acting(event);
    const auto& accepted = event.offer_accepted();
    if (!matter->asked || matter->asked->offer_id != accepted.offer_id()) {
      return Report("answer_without_offer", event.case_id());
    }
    CheckSuspended(matter->asked->lawyer);
    matter->asked->accepted = true;
  }

  void OnNotTaken(const AssignmentEvent& event, const std::string& offer_id) {
    Matter* matter = Acting(event);
    if (!matter->asked || matter->asked->offer_id != offer_id || matter->asked->accepted) {
      return Report("answer_without_offer", event.case_id());
    }
    Drop(matter, event.case_id());
  }

  void OnLetter(const AssignmentEvent& event) {
    Matter* matter = Acting(event);
    const auto& assigned = event.practitioner_assigned();
    const Lawyer lawyer = LawyerOf(assigned.practitioner_id(), assigned.lent_from());
    if (matter->letter) Report("two_letters", event.case_id());
    if (!matter->asked || !matter->asked->accepted || matter->asked->lawyer != lawyer) {
      return Report("letter_without_acceptance", event.case_id());
    }
    CheckSuspended(lawyer);
    const bool lent = !assigned.lent_from().empty();
    context_->Count(lent ? Situation::kLentLawyerAssigned : Situation::kLetterIssued);
    if (lent) {
      CheckLent(event.case_id(), lawyer);
      if (Loan* loan = LoanOf(event.case_id(), lawyer)) loan->used = true;
    }
    matter->asked.reset();
    matter->letter = {assigned.letter_id(), lawyer, lent};
  }

  void OnReplaced(const AssignmentEvent& event) {
    Matter* matter = Acting(event);
    if (!matter->letter || matter->letter->letter_id != event.practitioner_replaced().letter_id()) {
      return Report("replaced_without_letter", event.case_id());
    }
    context_->Count(Situation::kReplaced);
    matter->replaced.insert(matter->letter->lawyer);
    Drop(matter, event.case_id());
  }

  // With the closing of the same record, once, and to the last fen.
  void OnSubsidy(const AssignmentEvent& event) {
    if (++matters_[event.case_id()].subsidies > 1) Report("second_subsidy", event.case_id());
    if (closed_ != event.case_id()) Report("subsidy_without_closing", event.case_id());
    closed_.clear();
    int64_t sum = 0;
    for (const auto& share : event.subsidy_payable().shares()) sum += share.amount_fen();
    if (sum != event.subsidy_payable().amount_fen()) Report("shares_do_not_add_up", event.case_id());
    if (event.subsidy_payable().shares_size() > 1) context_->Count(Situation::kSubsidyShared);
  }

  void OnLoan(const AssignmentEvent& event) {
    if (event.has_lawyer_lent()) {
      const auto& lent = event.lawyer_lent();
      if (lent.lender() == here_.ToString()) return OnLent(event);
      loans_[lent.loan_id()].known_to_borrower = true;
    } else if (event.has_loan_returned()) {
      const auto& returned = event.loan_returned();
      Loan& loan = loans_[returned.loan_id()];
      if (returned.borrower() == here_.ToString()) return OnGivenBack(&loan, returned.loan_id());
      if (!loan.given_back || loan.freed) Report("loan_freed_wrongly", returned.loan_id());
      loan.freed = true;
      Free(loan.lawyer, returned.loan_id());
    }
  }

  void OnLent(const AssignmentEvent& event) {
    const auto& lent = event.lawyer_lent();
    if (loans_.count(lent.loan_id()) != 0) Report("lent_twice", lent.loan_id());
    Loan& loan = loans_[lent.loan_id()];
    loan.case_id = event.case_id();
    loan.lender = here_;
    loan.borrower = Municipality::Parse(lent.borrower()).value_or(Municipality());
    loan.lawyer = {here_.ToString(), lent.lawyer().practitioner_id()};
    CheckSuspended(loan.lawyer);
    Occupy(loan.lawyer, lent.loan_id());
    const auto out = std::count_if(loans_.begin(), loans_.end(), [&](const auto& entry) {
      return entry.second.lender == loan.lender && entry.second.borrower == loan.borrower && !entry.second.freed;
    });
    if (out > kLoanQuota) Report("over_quota", absl::StrCat(out, " lawyers are out with ", lent.borrower()));
  }

  void OnGivenBack(Loan* loan, const std::string& loan_id) {
    if (loan->given_back || !loan->known_to_borrower) Report("loan_returned_wrongly", loan_id);
    const Matter& matter = matters_[loan->case_id];
    const bool here = matter.at == here_;
    if (here && ((matter.asked && matter.asked->lawyer == loan->lawyer) ||
                 (matter.letter && matter.letter->lawyer == loan->lawyer))) {
      Report("loan_returned_in_use", loan_id);
    }
    if (!loan->used) context_->Count(Situation::kLoanReturnedUnused);
    loan->given_back = true;
  }

  void On(const IntakeEvent& event) {
    if (event.has_case_opened()) matters_[event.case_id()].at = here_;
    if (event.has_case_withdrawn() || event.has_deemed_withdrawn() || event.has_aid_terminated()) {
      Matter& matter = matters_[event.case_id()];
      if (matter.ended && matter.subsidies > 0) Report("ended_after_closing", event.case_id());
      End(event.case_id());
    }
  }

  void On(const TransferEvent& event) {
    Matter& matter = matters_[event.case_id()];
    if (event.has_case_frozen()) matter.frozen = true;
    if (event.has_case_thawed()) matter.frozen = false;
    // The origin's lawyer is busy until the origin learns of it; the case itself starts anew where it is now.
    if (event.has_custody_moved()) {
      Leave(&matter, event.case_id());
      matter.frozen = false;
      matter.at = here_;
    }
    if (event.has_custody_learned()) {
      if (event.custody_learned().outside()) matter.at = Municipality();  // no log tells of it any more
      for (auto& [lawyer, cases] : occupied_) {
        if (lawyer.first == here_.ToString() && matter.at != here_) cases.erase(event.case_id());
      }
    }
  }
  // Arrived here; what this municipality itself had of it before is gone with the part that takes its place.
  void Leave(Matter* matter, const std::string& case_id) {
    matter->asked.reset();
    matter->letter.reset();
    matter->replaced.clear();
    for (auto& [lawyer, cases] : occupied_) {
      if (lawyer.first == here_.ToString()) cases.erase(case_id);
    }
  }

  void On(const RegistryEvent& event) {
    if (event.has_practitioner_suspended()) {
      const auto& suspended = event.practitioner_suspended();
      suspended_[{here_.ToString(), suspended.practitioner_id()}] = suspended.suspended_from();
    } else if (event.has_practitioner_reinstated()) {
      suspended_.erase({here_.ToString(), event.practitioner_reinstated().practitioner_id()});
    }
  }

  Context* context_;
  PartitionId partition_ = 0;
  Offset offset_ = kNoOffset;
  Municipality here_;
  Instant now_;
  std::string closed_;  // by the record that is looked at
  std::map<std::string, Matter> matters_;
  std::map<Lawyer, std::set<std::string>> occupied_;
  std::map<std::string, Loan> loans_;
  std::map<Lawyer, std::string> suspended_;  // since
  Instant last_[kPartitions];
};

}  // namespace

void CheckAssignment(const WorldView& world) {
  if (world.plan->lost_tails) return;  // its events may tell of cases that were lost
  Assignments assignments(world.context);
  const auto& first = world.auditor->judged(0);
  const auto& second = world.auditor->judged(1);
  static_assert(kPartitions == 2);
  size_t a = 0;
  size_t b = 0;
  while ((a < first.size() || b < second.size()) && !world.context->violation) {
    const bool from_first = b == second.size() || (a < first.size() && first[a].append_time <= second[b].append_time);
    const Judged& next = from_first ? first[a++] : second[b++];
    if (next.IsEffective()) assignments.Add(from_first ? 0 : 1, next);
  }
  if (!world.context->violation) assignments.Finish();
}

}  // namespace casehub::simulation
