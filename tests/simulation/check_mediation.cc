// Disputes, followed over all logs in the order in which their records arrived. Knows nothing of how mediation works:
// only what must hold of consent, conclusion, subsidy, confirmation and custody, record by record.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/model/timestamps.h"
#include "tests/simulation/checks.h"

namespace casehub::simulation {
namespace {

using intake::v1::IntakeEvent;
using mediation::v1::MediationEvent;
using transfer::v1::TransferEvent;

struct Dispute {
  uint32_t parties = 0;
  std::set<uint32_t> consented;
  int acceptances = 0;
  int conclusions = 0;
  int subsidies = 0;
  bool withdrawn = false;
  Instant window;                 // first instant at which it is too late to apply for confirmation
  std::set<Municipality> acting;  // where it is, and not frozen
  std::set<Municipality> held;    // where it is frozen or gone
};

bool IsFact(const MediationEvent& event) {
  return event.has_joint_application_recorded() || event.has_court_outcome_recorded() ||
         event.has_performance_recorded();
}

class Disputes {
 public:
  explicit Disputes(Context* context) : context_(context) {}

  void Add(PartitionId partition, const Judged& judged) {
    where_ = absl::StrCat("offset ", judged.offset, " of partition ", partition);
    const storage::Record& record = *judged.record;
    here_ = record.municipality;
    sent_on_ = record.receipt.has_value();
    for (std::string_view bytes : record.events) {
      if (record.service == ServiceId::kIntake) Parse<IntakeEvent>(bytes, &Disputes::OnIntake);
      if (record.service == ServiceId::kMediation) Parse<MediationEvent>(bytes, &Disputes::OnMediation);
      if (record.service == ServiceId::kTransfer) Parse<TransferEvent>(bytes, &Disputes::OnTransfer);
    }
  }

  void Finish() {
    for (const auto& [id, dispute] : disputes_) {
      if (dispute.conclusions == dispute.subsidies) continue;
      context_->Report("conclusion_without_subsidy", absl::StrCat("case ", id));
    }
  }

 private:
  template <typename Event>
  void Parse(std::string_view bytes, void (Disputes::*add)(const Event&)) {
    Event event;
    if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) (this->*add)(event);
  }
  void Report(const char* name, const std::string& case_id) {
    context_->Report(name, absl::StrCat(where_, " (", here_.ToString(), "): case ", case_id));
  }

  void OnIntake(const IntakeEvent& event) {
    if (event.has_referral_received()) {
      Dispute& dispute = disputes_[event.case_id()];
      dispute.parties = static_cast<uint32_t>(event.referral_received().parties_size());
      dispute.acting.insert(here_);
    }
    const auto found = disputes_.find(event.case_id());
    if (found == disputes_.end() || !event.has_case_withdrawn()) return;
    if (found->second.conclusions > 0) Report("withdrawn_after_conclusion", event.case_id());
    found->second.withdrawn = true;
  }

  void OnTransfer(const TransferEvent& event) {
    const auto found = disputes_.find(event.case_id());
    if (found == disputes_.end()) return;
    Dispute& dispute = found->second;
    if (event.has_case_frozen() || event.has_custody_learned()) {
      dispute.acting.erase(here_);
      dispute.held.insert(here_);
    } else if (event.has_case_thawed() || event.has_custody_moved()) {
      dispute.held.erase(here_);
      dispute.acting.insert(here_);
    }
  }

  void OnMediation(const MediationEvent& event) {
    if (event.has_part_exported()) return;
    const auto found = disputes_.find(event.case_id());
    if (found == disputes_.end()) return Report("mediation_of_no_dispute", event.case_id());
    Dispute& dispute = found->second;
    if (IsFact(event)) {
      if (dispute.held.contains(here_)) context_->Count(Situation::kMediationFactHeld);
      if (sent_on_) context_->Count(Situation::kMediationFactSentOn);
    } else if (!dispute.acting.contains(here_)) {
      Report("mediated_without_custody", event.case_id());
    }
    CheckStep(event, &dispute);
    CountTimers(event);
  }

  void CheckStep(const MediationEvent& event, Dispute* dispute) {
    switch (event.event_case()) {
      case MediationEvent::kConsentRecorded:
        if (event.consent_recorded().consented()) dispute->consented.insert(event.consent_recorded().party());
        break;
      case MediationEvent::kDisputeAccepted:
        if (++dispute->acceptances > 1) context_->Count(Situation::kMediationAcceptedAgain);
        CheckConsent(event, *dispute);
        break;
      case MediationEvent::kSessionHeld:
        if (dispute->conclusions > 0) Report("session_after_conclusion", event.case_id());
        break;
      case MediationEvent::kAgreementEffective:
        CheckConsent(event, *dispute);
        break;
      case MediationEvent::kConfirmationClockStarted:
        dispute->window = ToInstant(event.confirmation_clock_started().deadline().due_at());
        break;
      case MediationEvent::kDeadlineRestated:
        if (event.deadline_restated().after().policy() == "mediation.confirm") {
          dispute->window = ToInstant(event.deadline_restated().after().due_at());
        }
        break;
      case MediationEvent::kJointApplicationRecorded:
        if (ToInstant(event.joint_application_recorded().applied_at()) >= dispute->window) {
          Report("applied_after_the_window", event.case_id());
        }
        break;
      case MediationEvent::kReferralReturned:
      case MediationEvent::kMediationSucceeded:
      case MediationEvent::kMediationFailed:
        Conclude(event, dispute);
        break;
      case MediationEvent::kMediatorSubsidyPayable:
        if (++dispute->subsidies > 1) Report("second_subsidy", event.case_id());
        break;
      default:
        break;
    }
  }

  void CheckConsent(const MediationEvent& event, const Dispute& dispute) {
    if (dispute.consented.size() != dispute.parties) Report("mediated_without_consent", event.case_id());
  }

  void Conclude(const MediationEvent& event, Dispute* dispute) {
    if (dispute->withdrawn) Report("concluded_after_withdrawal", event.case_id());
    if (++dispute->conclusions > 1) Report("second_conclusion", event.case_id());
    if (event.has_referral_returned()) {
      context_->Count(Situation::kReferralReturned);
      ++dispute->subsidies;  // none is due: nothing was mediated
    }
    if (event.has_mediation_succeeded()) context_->Count(Situation::kMediationSucceeded);
    if (event.has_mediation_failed()) context_->Count(Situation::kMediationFailed);
  }

  void CountTimers(const MediationEvent& event) {
    if (event.has_deadline_missed()) context_->Count(Situation::kMediationMissed);
    if (event.has_mediation_extended()) context_->Count(Situation::kMediationExtended);
    if (event.has_confirmation_reminded()) context_->Count(Situation::kConfirmationReminded);
    if (event.has_confirmation_lapsed()) context_->Count(Situation::kConfirmationLapsed);
  }

  Context* context_;
  std::string where_;
  Municipality here_;
  bool sent_on_ = false;  // the record takes a message of another municipality
  std::map<std::string, Dispute> disputes_;
};

}  // namespace

void CheckMediation(const WorldView& world) {
  if (world.plan->lost_tails) return;  // its events may tell of cases that were lost
  Disputes disputes(world.context);
  const auto& first = world.auditor->judged(0);
  const auto& second = world.auditor->judged(1);
  static_assert(kPartitions == 2);
  size_t a = 0;
  size_t b = 0;
  while ((a < first.size() || b < second.size()) && !world.context->violation) {
    const bool from_first = b == second.size() || (a < first.size() && first[a].append_time <= second[b].append_time);
    const Judged& next = from_first ? first[a++] : second[b++];
    if (next.IsEffective()) disputes.Add(from_first ? 0 : 1, next);
  }
  if (!world.context->violation) disputes.Finish();
}

}  // namespace casehub::simulation
