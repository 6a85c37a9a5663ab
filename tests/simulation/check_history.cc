// Custody, ratings and mailboxes, followed over all logs in the order in which their records arrived. Knows nothing of
// how transfer works: only the rule of custody.md, record by record.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/ledger/v1/ledger_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "tests/simulation/check_facts.h"
#include "tests/simulation/checks.h"

namespace casehub::simulation {
namespace {

using assignment::v1::AssignmentEvent;
using evaluation::v1::EvaluationEvent;
using intake::v1::IntakeEvent;
using mediation::v1::MediationEvent;
using transfer::v1::TransferEvent;

// Intake, assignment, mediation, evaluation: what each holds of a case goes ahead of the offer, also when that is
// nothing.
constexpr size_t kExporters = 4;

// A case in the log of one municipality.
struct Local {
  bool custodian = false;
  uint64_t frozen_hop = 0;  // 0: not frozen
  bool gone = false;
  bool was_custodian = false;
  bool acquired = false;
  bool declined = false;  // the last thaw
  bool bound = false;     // by ruling: offered to nobody
  std::string paper_for;  // whom a ruling on paper names
  bool acting() const { return custodian && frozen_hop == 0; }
};

struct Hop {
  Municipality from;
  Municipality to;
  bool offered = false;
  bool thawed = false;
  bool moved = false;
  bool recall_asked = false;
  bool declined = false;
  bool binding = false;
  bool upward = false;    // declined a second time, silent, or asked for: not for the addressee to decide
  bool asked = false;     // by the custodian, at two declines
  bool on_paper = false;  // nobody above keeps a log
  bool recalled = false;  // by whoever decides it
  std::string ruled_for;  // by the superior, or on paper
  std::map<uint32_t, std::string> parts;
};

struct CaseHistory {
  std::map<Municipality, Local> local;
  std::map<uint64_t, Hop> hops;
  int slots = 0;
  int ratings = 0;
  bool parked = false;
  bool left = false;  // to a counterpart outside
};

class History {
 public:
  explicit History(Context* context) : context_(context) {}

  void Add(PartitionId partition, const Judged& judged) {
    judged_ = &judged;
    partition_ = partition;
    here_ = judged.record->municipality;
    const storage::Record& record = *judged.record;
    CheckStanding(record);
    for (std::string_view bytes : record.events) AddEvent(record.service, bytes);
    if (record.kind == storage::RecordKind::kPark) {
      for (const storage::Subject& subject : record.changes) cases_[subject.id].parked = true;
    }
    AddMail(record);
  }

  void Finish() {
    for (const auto& [id, history] : cases_) {
      for (const auto& [municipality, local] : history.local) {
        // Whoever decides has been asked until it did (settle.h): in the end every case acts somewhere, or has left.
        if (!local.custodian || local.acting() || history.parked) continue;
        context_->Report("stuck_frozen", absl::StrCat("case ", id.ToString(), " is frozen in ", municipality.ToString(),
                                                      " under hop ", local.frozen_hop));
      }
    }
  }

 private:
  void Report(const char* name, const std::string& text) {
    context_->Report(name, absl::StrCat("offset ", judged_->offset, " of partition ", partition_, " (",
                                        here_.ToString(), "): ", text));
  }

  // From CaseFrozen to its thaw, and after custody has left, nothing that relies on the case is effective here.
  void CheckStanding(const storage::Record& record) {
    if (record.relies_on.empty() || record.events.empty() || IsExport(record)) return;
    for (const storage::Subject& subject : record.relies_on) {
      if (subject.kind != storage::SubjectKind::kCase) continue;
      const auto history = cases_.find(subject.id);
      if (history != cases_.end() && history->second.local[here_].acting()) continue;
      Report("acted_without_custody",
             absl::StrCat("a record of ", std::string(ServiceName(record.service)), " relies on case ",
                          subject.id.ToString(), ", which does not act here"));
    }
  }

  // The part is what a frozen case is: it may stand, and must, between freeze and thaw.
  static bool IsExport(const storage::Record& record) {
    return std::all_of(record.events.begin(), record.events.end(), [&](std::string_view bytes) {
      if (record.service == ServiceId::kIntake) {
        IntakeEvent event;
        return event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && event.has_part_exported();
      }
      if (record.service == ServiceId::kMediation) {
        MediationEvent event;
        return event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && event.has_part_exported();
      }
      if (record.service == ServiceId::kAssignment) {
        AssignmentEvent event;
        return event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && event.has_part_exported();
      }
      EvaluationEvent event;
      return record.service == ServiceId::kEvaluation &&
             event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && event.has_part_exported();
    });
  }

  template <typename Event>
  void Parse(std::string_view bytes, void (History::*add)(const Event&)) {
    Event event;
    if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) (this->*add)(event);
  }

  void AddEvent(ServiceId service, std::string_view bytes) {
    switch (service) {
      case ServiceId::kIntake:
        return Parse<IntakeEvent>(bytes, &History::OnIntake);
      case ServiceId::kAssignment:
        return Parse<AssignmentEvent>(bytes, &History::OnAssignment);
      case ServiceId::kMediation:
        return Parse<MediationEvent>(bytes, &History::OnMediation);
      case ServiceId::kEvaluation:
        return Parse<EvaluationEvent>(bytes, &History::OnEvaluation);
      case ServiceId::kTransfer:
        return Parse<TransferEvent>(bytes, &History::OnTransfer);
      case ServiceId::kLedger:
        return Parse<ledger::v1::LedgerEvent>(bytes, &History::OnLedger);
      default:
        return;
    }
  }

  void OnLedger(const ledger::v1::LedgerEvent& event) {
    if (event.has_head_sealed()) context_->Count(Situation::kHeadSealed);
  }

  void OnIntake(const IntakeEvent& event) {
    const auto id = Uuid::Parse(event.case_id());
    if (!id) return;
    CaseHistory& history = cases_[*id];
    Local& local = history.local[here_];
    if (event.has_case_opened()) {
      if (history.local.size() > 1 || local.custodian) Report("case_opened_twice", event.case_id());
      local.custodian = local.was_custodian = true;
    } else if (event.has_line_event_recorded()) {
      if (local.frozen_hop > 0) context_->Count(Situation::kFactWhileFrozen);
      if (local.gone) context_->Count(Situation::kFactAfterLeaving);
    } else if (event.has_case_withdrawn()) {
      if (local.acquired) context_->Count(Situation::kWithdrawnAfterMove);
    } else if (event.has_part_exported()) {
      OnPart(event.part_exported().hop(), ServiceId::kIntake, event.part_exported().state(), &history);
    }
  }

  void OnAssignment(const AssignmentEvent& event) {
    const auto id = Uuid::Parse(event.case_id());
    if (!id || !event.has_part_exported()) return;
    OnPart(event.part_exported().hop(), ServiceId::kAssignment, event.part_exported().state(), &cases_[*id]);
  }

  void OnEvaluation(const EvaluationEvent& event) {
    const auto id = Uuid::Parse(event.case_id());
    if (!id) return;
    CaseHistory& history = cases_[*id];
    if (event.has_rating_slot_opened() && ++history.slots > 1) Report("second_slot", event.case_id());
    if (event.has_rating_recorded() && ++history.ratings > 1) Report("second_rating", event.case_id());
    if (event.has_rating_slot_expired()) context_->Count(Situation::kSlotExpired);
    if (event.has_part_exported()) {
      OnPart(event.part_exported().hop(), ServiceId::kEvaluation, event.part_exported().state(), &history);
    }
  }

  void OnMediation(const MediationEvent& event) {
    const auto id = Uuid::Parse(event.case_id());
    if (!id || !event.has_part_exported()) return;
    OnPart(event.part_exported().hop(), ServiceId::kMediation, event.part_exported().state(), &cases_[*id]);
  }

  void OnPart(uint64_t number, ServiceId service, const std::string& state, CaseHistory* history) {
    if (history->local[here_].frozen_hop != number) {
      context_->Count(Situation::kOldPart);
      return;
    }
    history->hops[number].parts.try_emplace(static_cast<uint32_t>(service), state);  // the first one goes
  }

  void OnTransfer(const TransferEvent& event) {
    const auto id = Uuid::Parse(event.case_id());
    if (!id) return;
    CaseHistory& history = cases_[*id];
    Local& local = history.local[here_];
    switch (event.event_case()) {
      case TransferEvent::kCaseFrozen:
        OnFrozen(event.case_frozen(), &history, &local);
        break;
      case TransferEvent::kTransferOffered:
        OnOffered(event.transfer_offered().hop(), &history, local);
        break;
      case TransferEvent::kCaseThawed:
        OnThawed(event.case_thawed(), &history, &local);
        break;
      case TransferEvent::kCustodyMoved:
        OnMoved(event.custody_moved(), &history, &local);
        break;
      case TransferEvent::kCustodyLearned:
        OnLearned(event.custody_learned(), &history, &local);
        break;
      default:
        CountMessage(event, &history, local);
    }
    const auto acting = std::count_if(history.local.begin(), history.local.end(),
                                      [](const auto& entry) { return entry.second.acting(); });
    const auto custodians = std::count_if(history.local.begin(), history.local.end(),
                                          [](const auto& entry) { return entry.second.custodian; });
    if (custodians != (history.left ? 0 : 1)) {
      Report("not_one_custodian", absl::StrCat("case ", event.case_id(), " has ", custodians, " custodians"));
    }
    if (acting > 1) Report("two_act", absl::StrCat("two municipalities act on case ", event.case_id()));
  }

  void OnFrozen(const transfer::v1::CaseFrozen& frozen, CaseHistory* history, Local* local) {
    const std::string named = absl::StrCat("hop ", frozen.hop());
    if (local->bound) Report("bound_case_left", named);
    if (frozen.binding()) {
      // Anew by the ruling on the hop that is frozen, or by a paper; and for whom it says.
      const bool ruled = history->hops[local->frozen_hop].ruled_for == frozen.to() || local->paper_for == frozen.to();
      if (!local->custodian || !ruled) Report("frozen_without_ruling", named);
      context_->Count(Situation::kRuledForAnother);
    } else if (!local->acting()) {
      Report("frozen_without_custody", named);
    }
    if (!history->hops.empty() && frozen.hop() <= history->hops.rbegin()->first) {
      Report("hop_not_new", absl::StrCat("hop ", frozen.hop(), " after hop ", history->hops.rbegin()->first));
    }
    if (local->declined) context_->Count(Situation::kDeclinedOnward);
    local->declined = false;
    local->frozen_hop = frozen.hop();
    Hop& hop = history->hops[frozen.hop()];
    hop.from = here_;
    hop.to = Municipality::Parse(frozen.to()).value_or(Municipality());
    hop.binding = frozen.binding();
  }

  void OnOffered(uint64_t number, CaseHistory* history, const Local& local) {
    Hop& hop = history->hops[number];
    if (local.frozen_hop != number) Report("offered_while_not_frozen", absl::StrCat("hop ", number));
    if (hop.parts.size() < kExporters) Report("offered_without_parts", absl::StrCat("hop ", number));
    hop.offered = true;
  }

  void OnThawed(const transfer::v1::CaseThawed& thawed, CaseHistory* history, Local* local) {
    Hop& hop = history->hops[thawed.hop()];
    if (local->frozen_hop != thawed.hop()) Report("thawed_while_not_frozen", absl::StrCat("hop ", thawed.hop()));
    if (hop.moved) Report("thawed_after_custody_moved", absl::StrCat("hop ", thawed.hop()));
    if (thawed.why() == "recalled" && !hop.offered && !hop.asked) context_->Count(Situation::kRecallBeforeOffer);
    CheckWhyThawed(thawed, hop, local);
    hop.thawed = true;
    local->frozen_hop = 0;
    local->declined = thawed.why() == "declined";
  }

  // Only whoever decides the hop ends it: the origin before the offer left, the addressee, the superior, the paper.
  void CheckWhyThawed(const transfer::v1::CaseThawed& thawed, const Hop& hop, Local* local) {
    const std::string named = absl::StrCat("hop ", thawed.hop(), " ", thawed.why());
    if (thawed.why() == "ruled") {
      if (hop.ruled_for != here_.ToString() && local->paper_for != here_.ToString()) {
        Report("thawed_without_ruling", named);
      }
      local->bound = true;
      context_->Count(Situation::kRuledForItself);
    } else if (thawed.why() == "declined") {
      if (!hop.declined || hop.upward) Report("thawed_while_above_decides", named);
    } else {
      const bool early = !hop.offered && !hop.asked;
      if (!early && !hop.recalled && !hop.on_paper) Report("thawed_without_recall", named);
      if (hop.binding) Report("binding_hop_recalled", named);
      if (hop.on_paper && !hop.recalled) context_->Count(Situation::kRecallOnPaper);
    }
  }

  // In place of what the acquirer had: the parts as they were at the freeze, while the origin is frozen at this hop.
  void OnMoved(const transfer::v1::CustodyMoved& moved, CaseHistory* history, Local* local) {
    Hop& hop = history->hops[moved.hop()];
    const std::string named = absl::StrCat("hop ", moved.hop());
    if (hop.moved) Report("custody_moved_twice", named);
    if (hop.thawed || !hop.offered || hop.to != here_ || hop.from.ToString() != moved.from() ||
        history->local[hop.from].frozen_hop != moved.hop()) {
      Report("custody_moved_unfrozen", named);
    }
    std::map<uint32_t, std::string> arrived;
    for (const auto& part : moved.parts()) arrived[part.service()] = part.state();
    for (const auto& [service, state] : hop.parts) {
      if (!state.empty() && arrived[service] != state) Report("parts_lost", named);
    }
    if (hop.binding != moved.by_ruling()) Report("moved_otherwise_than_ruled", named);
    if (!hop.binding && hop.upward) Report("moved_while_above_decides", named);
    if (hop.recall_asked) context_->Count(Situation::kRecallCrossedAccept);
    if (history->parked) context_->Count(Situation::kParkedCaseMoved);
    if (local->was_custodian) context_->Count(Situation::kCameBack);
    hop.moved = true;
    local->custodian = local->was_custodian = local->acquired = true;
    local->bound = moved.by_ruling();
    local->gone = false;
    local->frozen_hop = 0;
    history->local[hop.from].custodian = false;
  }

  void OnLearned(const transfer::v1::CustodyLearned& learned, CaseHistory* history, Local* local) {
    const bool outside = learned.outside() && local->paper_for == learned.custodian();
    if ((!history->hops[learned.hop()].moved && !outside) || local->frozen_hop != learned.hop()) {
      Report("custody_learned_wrongly", absl::StrCat("hop ", learned.hop()));
    }
    if (outside) {
      history->left = true;
      context_->Count(Situation::kLeftProvince);
    }
    local->frozen_hop = 0;
    local->custodian = false;
    local->gone = true;
  }

  void CountMessage(const TransferEvent& event, CaseHistory* history, const Local& local) {
    switch (event.event_case()) {
      case TransferEvent::kRecallRequested: {
        Hop& hop = history->hops[event.recall_requested().hop()];
        hop.recall_asked = true;
        if (hop.moved) context_->Count(Situation::kRecallCrossedAccept);
        if (hop.declined) context_->Count(Situation::kRecallCrossedDecline);
        break;
      }
      case TransferEvent::kOfferReceived:
        if (local.frozen_hop > 0) context_->Count(Situation::kOriginPendingOnOlderHop);
        break;
      case TransferEvent::kTransferRecalled: {
        Hop& hop = history->hops[event.transfer_recalled().hop()];
        if (!hop.ruled_for.empty()) Report("recalled_after_ruling", event.case_id());
        hop.recalled = true;
        context_->Count(hop.upward ? Situation::kRecallBySuperior : Situation::kRecallGranted);
        break;
      }
      case TransferEvent::kTransferDeclined: {
        Hop& hop = history->hops[event.transfer_declined().hop()];
        hop.declined = true;
        if (hop.recall_asked) context_->Count(Situation::kRecallCrossedDecline);
        if (event.transfer_declined().declines() > 2) Report("third_decline", event.case_id());
        break;
      }
      case TransferEvent::kRulingRequested:
        OnRulingRequested(event.ruling_requested(), history);
        break;
      case TransferEvent::kRulingAwaited: {
        Hop& hop = history->hops[event.ruling_awaited().hop()];
        hop.on_paper = event.ruling_awaited().superior().empty();
        if (hop.recall_asked) context_->Count(Situation::kRecallSentAgain);
        break;
      }
      case TransferEvent::kJurisdictionRuled: {
        Hop& hop = history->hops[event.jurisdiction_ruled().hop()];
        if (!hop.ruled_for.empty()) Report("second_ruling", event.case_id());
        if (hop.recalled || !hop.upward) Report("ruled_what_was_decided", event.case_id());
        hop.ruled_for = event.jurisdiction_ruled().custodian();
        break;
      }
      case TransferEvent::kPaperRulingRecorded: {
        const auto& paper = event.paper_ruling_recorded();
        history->local[here_].paper_for = paper.custodian().empty() ? paper.outside_counterpart() : paper.custodian();
        if (paper.custodian() == here_.ToString()) history->local[here_].bound = true;
        context_->Count(Situation::kRulingOnPaper);
        break;
      }
      case TransferEvent::kCustodyMessageIgnored:
        context_->Count(Situation::kMessageIgnored);
        if (event.custody_message_ignored().message() == "recall" &&
            !history->hops[event.custody_message_ignored().hop()].ruled_for.empty()) {
          context_->Count(Situation::kRecallAfterRuling);
        }
        break;
      default:
        break;
    }
  }

  void OnRulingRequested(const transfer::v1::RulingRequested& requested, CaseHistory* history) {
    Hop& hop = history->hops[requested.hop()];
    hop.upward = true;
    hop.asked = requested.from() == here_.ToString();
    if (hop.moved || hop.recalled) Report("given_up_after_it_was_decided", absl::StrCat("hop ", requested.hop()));
    context_->Count(hop.asked                      ? Situation::kRulingAsked
                    : requested.why() == "silence" ? Situation::kSilence
                                                   : Situation::kSecondDecline);
  }

  // In order, without gap; and what the sender takes for delivered was received before.
  void AddMail(const storage::Record& record) {
    if (record.receipt) {
      uint64_t& last = received_[{record.service, here_, record.receipt->from}];
      if (record.receipt->n != last + 1) {
        Report("mailbox_gap",
               absl::StrCat("message ", record.receipt->n, " from ", record.receipt->from.ToString(), " after ", last));
      }
      last = record.receipt->n;
    }
    if (record.delivered) {
      const uint64_t received = received_[{record.service, record.delivered->to, here_}];
      if (record.delivered->up_to > received) {
        Report("delivered_without_receipt",
               absl::StrCat("messages to ", record.delivered->to.ToString(), " up to ", record.delivered->up_to,
                            " count as delivered, ", received, " were taken"));
      }
    }
  }

  Context* context_;
  const Judged* judged_ = nullptr;
  PartitionId partition_ = 0;
  Municipality here_;
  std::map<Uuid, CaseHistory> cases_;
  std::map<std::tuple<ServiceId, Municipality, Municipality>, uint64_t> received_;  // by service, to, from
};

}  // namespace

void CheckHistory(const WorldView& world) {
  if (world.plan->lost_tails) return;  // its events may tell of cases that were lost
  History history(world.context);
  FactsHistory facts(world.context);
  const auto& first = world.auditor->judged(0);
  const auto& second = world.auditor->judged(1);
  static_assert(kPartitions == 2);
  size_t a = 0;
  size_t b = 0;
  while ((a < first.size() || b < second.size()) && !world.context->violation) {
    const bool from_first = b == second.size() || (a < first.size() && first[a].append_time <= second[b].append_time);
    const Judged& next = from_first ? first[a++] : second[b++];
    if (!next.IsEffective()) continue;
    history.Add(from_first ? 0 : 1, next);
    facts.Add(next);
  }
  if (!world.context->violation) history.Finish();
  if (!world.context->violation) facts.Finish();
}

}  // namespace casehub::simulation
