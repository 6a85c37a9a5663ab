#include "tests/simulation/settle.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "casehub/transfer/v1/transfer_events.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"

namespace casehub::simulation {
namespace {

using transfer::v1::TransferEvent;

// A hop, from the words of all logs. Records of different logs may come in any order: nothing here depends on it.
struct Hop {
  std::string from;
  std::string offered_to;  // where the offer arrived
  std::string superior;    // where a ruling was asked for
  bool on_paper = false;
  bool ended = false;     // thawed, frozen anew, or custody elsewhere
  bool given_up = false;  // by the addressee
  bool decided_above = false;
};

class Owed {
 public:
  void Add(const storage::Record& record) {
    if (record.kind == storage::RecordKind::kPark) {
      for (const storage::Subject& subject : record.changes) parked_.insert(subject.id.ToString());
    }
    if (record.service != ServiceId::kTransfer) return;
    const std::string here = record.municipality.ToString();
    for (std::string_view bytes : record.events) {
      TransferEvent event;
      if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) AddEvent(here, event);
    }
  }

  std::vector<Draft> Drafts() const {
    std::vector<Draft> drafts;
    for (const auto& [case_id, hops] : cases_) {
      if (parked_.count(case_id) > 0) continue;
      for (const auto& [number, hop] : hops) {
        if (hop.from.empty() || hop.ended) continue;
        if (auto draft = DraftOf(case_id, number, hop)) drafts.push_back(*std::move(draft));
      }
    }
    return drafts;
  }

 private:
  void AddEvent(const std::string& here, const TransferEvent& event) {
    auto& hops = cases_[event.case_id()];
    switch (event.event_case()) {
      case TransferEvent::kCaseFrozen:
        // Whatever was frozen here before is frozen anew by a ruling.
        for (auto& [number, hop] : hops) hop.ended = hop.ended || hop.from == here;
        hops[event.case_frozen().hop()].from = here;
        break;
      case TransferEvent::kOfferReceived:
        hops[event.offer_received().hop()].offered_to = here;
        break;
      case TransferEvent::kTransferDeclined:
        hops[event.transfer_declined().hop()].given_up = true;
        break;
      case TransferEvent::kRulingRequested:
        hops[event.ruling_requested().hop()].given_up = true;
        hops[event.ruling_requested().hop()].superior = event.ruling_requested().superior();
        break;
      case TransferEvent::kRulingAwaited:
        hops[event.ruling_awaited().hop()].on_paper = event.ruling_awaited().superior().empty();
        break;
      case TransferEvent::kJurisdictionRuled:
        hops[event.jurisdiction_ruled().hop()].decided_above = true;
        break;
      case TransferEvent::kTransferRecalled:
        hops[event.transfer_recalled().hop()].given_up = true;
        hops[event.transfer_recalled().hop()].decided_above = true;
        break;
      case TransferEvent::kCaseThawed:
        hops[event.case_thawed().hop()].ended = true;
        break;
      case TransferEvent::kCustodyMoved:
        hops[event.custody_moved().hop()].ended = true;
        break;
      case TransferEvent::kCustodyLearned:
        hops[event.custody_learned().hop()].ended = true;
        break;
      default:
        break;
    }
  }

  static std::optional<Draft> DraftOf(const std::string& case_id, uint64_t number, const Hop& hop) {
    Draft draft;
    draft.service = ServiceId::kTransfer;
    std::string at;
    if (hop.on_paper) {
      auto request = std::make_shared<transfer::v1::RecordPaperRulingRequest>();
      request->set_case_id(case_id);
      request->set_custodian(hop.from);
      request->set_ruled_by("the ministry");
      request->set_ruled_on("2026-03-01");
      request->mutable_document()->set_name("ruling");
      request->mutable_document()->set_sha256(std::string(32, 'r'));
      draft.name = "RecordPaperRuling";
      at = hop.from;
      draft.message = std::move(request);
    } else if (!hop.superior.empty() && !hop.decided_above) {
      auto request = std::make_shared<transfer::v1::RuleJurisdictionRequest>();
      request->set_case_id(case_id);
      request->set_hop(number);
      request->set_custodian(number % 2 == 0 || hop.offered_to.empty() ? hop.from : hop.offered_to);
      request->set_reason("in the end");
      draft.name = "RuleJurisdiction";
      at = hop.superior;
      draft.message = std::move(request);
    } else if (!hop.offered_to.empty() && !hop.given_up) {
      auto request = std::make_shared<transfer::v1::AcceptTransferRequest>();
      request->set_case_id(case_id);
      request->set_hop(number);
      draft.name = "AcceptTransfer";
      at = hop.offered_to;
      draft.message = std::move(request);
    } else {
      return std::nullopt;  // messages are on their way, or it is stuck
    }
    draft.municipality = *Municipality::Parse(at);
    const auto* field = draft.message->GetDescriptor()->FindFieldByName("municipality");
    draft.message->GetReflection()->SetString(draft.message.get(), field, at);
    return draft;
  }

  std::map<std::string, std::map<uint64_t, Hop>> cases_;
  std::set<std::string> parked_;
};

}  // namespace

std::vector<Draft> DecisionsOwed(const Auditor& auditor) {
  Owed owed;
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    for (const Judged& judged : auditor.judged(partition)) {
      if (judged.IsEffective()) owed.Add(*judged.record);
    }
  }
  return owed.Drafts();
}

}  // namespace casehub::simulation
