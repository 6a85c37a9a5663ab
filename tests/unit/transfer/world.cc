#include "tests/unit/transfer/world.h"

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "services/runtime/event_info.h"
#include "services/transfer/tables.h"

namespace casehub::transfer {
namespace {

constexpr int64_t kResponseMicros = 3LL * 24 * 3600 * kMicrosPerSecond;

TransferConfig Config(bool superior) {
  TransferConfig config;
  config.is_municipality = [superior](Municipality one) {
    return one == kA || one == kB || one == kC || (superior && one == kP);
  };
  config.common_superior = [](Municipality, Municipality) { return kP; };
  config.deadline = [](std::string_view, std::string_view policy, Instant start) {
    common::v1::Deadline deadline;
    deadline.set_policy(std::string(policy));
    *deadline.mutable_due_at() = ToTimestamp({start.micros + kResponseMicros});
    return deadline;
  };
  return config;
}

}  // namespace

World::World(bool superior)
    : service_(MakeTransferService(Config(superior))),
      case_id_(Uuid::V7(1'764'000'000'000, 1, 2)),
      now_{1'764'000'000'000'000} {
  for (Municipality one : {kA, kB, kC, kP}) sites_[one];
  auto opened = std::make_unique<intake::v1::IntakeEvent>();
  opened->set_case_id(case_id_.ToString());
  opened->mutable_case_opened()->set_kind(intake::v1::CASE_KIND_CONTACT);
  storage::Record header;
  header.service = ServiceId::kIntake;
  std::vector<runtime::MessagePtr> events;
  events.push_back(std::move(opened));
  Apply(kA, std::move(header), std::move(events));
}

runtime::DecideContext World::ContextAt(Municipality at) {
  now_.micros += kMicrosPerSecond;
  return {now_, now_, Uuid::V7(now_.micros / 1000, 0, next_id_++), at};
}

std::string World::Command(Municipality at, const google::protobuf::Message& request) {
  const auto context = ContextAt(at);
  return Record(at, service_->Decide(request, context, sites_[at].state));
}

std::string World::Offer(Municipality at, Municipality to) {
  v1::OfferTransferRequest request;
  request.set_case_id(case_id_.ToString());
  request.set_to(to.ToString());
  request.set_reason("competent there");
  return Command(at, request);
}
std::string World::Recall(Municipality at) {
  v1::RecallTransferRequest request;
  request.set_case_id(case_id_.ToString());
  return Command(at, request);
}
std::string World::Accept(Municipality at, uint64_t hop) {
  v1::AcceptTransferRequest request;
  request.set_case_id(case_id_.ToString());
  request.set_hop(hop);
  return Command(at, request);
}
std::string World::Decline(Municipality at, uint64_t hop) {
  v1::DeclineTransferRequest request;
  request.set_case_id(case_id_.ToString());
  request.set_hop(hop);
  request.set_reason("not ours");
  request.set_onward(kC.ToString());
  return Command(at, request);
}

std::string World::RequestRuling(Municipality at) {
  v1::RequestRulingRequest request;
  request.set_case_id(case_id_.ToString());
  request.set_reason("two have declined");
  return Command(at, request);
}
std::string World::Rule(uint64_t hop, Municipality custodian) {
  v1::RuleJurisdictionRequest request;
  request.set_case_id(case_id_.ToString());
  request.set_hop(hop);
  request.set_custodian(custodian.ToString());
  request.set_reason("it is where the work was done");
  return Command(kP, request);
}
std::string World::PaperRuling(Municipality at, Municipality custodian) {
  v1::RecordPaperRulingRequest request;
  request.set_case_id(case_id_.ToString());
  if (custodian.IsNone()) {
    request.set_outside_counterpart("a centre that keeps no log here");
  } else {
    request.set_custodian(custodian.ToString());
  }
  request.set_ruled_by("the ministry");
  request.set_ruled_on("2025-11-20");
  request.mutable_document()->set_name("ruling");
  request.mutable_document()->set_sha256(std::string(32, 'r'));
  return Command(at, request);
}

std::string World::Record(Municipality at, runtime::Outcome outcome, std::vector<storage::Settlement> settles) {
  if (const auto* refused = std::get_if<runtime::Refused>(&outcome)) {
    return common::v1::Refusal_Name(refused->reason).substr(std::string("REFUSAL_").size());
  }
  if (const auto* defect = std::get_if<runtime::Defect>(&outcome)) return "defect: " + defect->what;
  auto& decision = std::get<runtime::Decision>(outcome);
  std::string names;
  for (const auto& event : decision.events) {
    if (!names.empty()) names += "+";
    names += std::string(runtime::EventTypeName(*event));
  }
  storage::Record header;
  header.service = ServiceId::kTransfer;
  header.settles = std::move(settles);
  Apply(at, std::move(header), std::move(decision.events));
  return names.empty() ? "nothing" : names;
}

void World::Apply(Municipality at, storage::Record header, std::vector<runtime::MessagePtr> events) {
  header.municipality = at;
  header.decided_at = now_;
  Site& site = sites_[at];
  std::vector<const google::protobuf::Message*> pointers;
  for (const auto& event : events) pointers.push_back(event.get());
  site.state.Apply(*service_, header, pointers);
  if (header.service == ServiceId::kTransfer) {
    for (const auto* event : pointers) Observe(at, static_cast<const v1::TransferEvent&>(*event));
  }
  for (; site.sent_taken < site.state.sent().size(); ++site.sent_taken) {
    const auto& sent = site.state.sent()[site.sent_taken];
    mail_[{sent.from, sent.to}].messages.push_back(sent.payload);
  }
  site.records.push_back({std::move(header), std::move(events)});
}

void World::Observe(Municipality at, const v1::TransferEvent& event) {
  history_.push_back(event);
  Site& site = sites_[at];
  if (event.has_custody_learned() && event.custody_learned().outside()) left_ = true;
  if (event.has_case_frozen()) {
    site.owes.assign(std::begin(kExportingServices), std::end(kExportingServices));
    site.owed_hop = event.case_frozen().hop();
  }
  if (!event.has_custody_moved() || event.custody_moved().hop() <= custody_hop_) return;
  custody_hop_ = event.custody_moved().hop();
  custodian_ = at;
  const auto& parts = event.custody_moved().parts();
  const std::string expected = "intake at hop " + std::to_string(custody_hop_);
  if (parts.size() != 1 || parts[0].state() != expected) part_problem_ = "other parts than those of the hop";
}

bool World::Export(Municipality at) {
  Site& site = sites_[at];
  if (site.owes.empty()) return false;
  storage::Record header;
  header.service = site.owes.front();
  site.owes.erase(site.owes.begin());
  std::vector<runtime::MessagePtr> events;
  switch (header.service) {
    case ServiceId::kIntake:  // the only one that holds something
      events.push_back(PartOf<intake::v1::IntakeEvent>(site, "intake at hop " + std::to_string(site.owed_hop)));
      break;
    case ServiceId::kAssignment:
      events.push_back(PartOf<assignment::v1::AssignmentEvent>(site, ""));
      break;
    case ServiceId::kMediation:
      events.push_back(PartOf<mediation::v1::MediationEvent>(site, ""));
      break;
    default:
      events.push_back(PartOf<evaluation::v1::EvaluationEvent>(site, ""));
      break;
  }
  Apply(at, std::move(header), std::move(events));
  return true;
}

template <typename Event>
runtime::MessagePtr World::PartOf(const Site& site, const std::string& state) const {
  auto event = std::make_unique<Event>();
  event->set_case_id(case_id_.ToString());
  event->mutable_part_exported()->set_hop(site.owed_hop);
  event->mutable_part_exported()->set_state(state);
  return event;
}

bool World::RunDue(Municipality at, bool timers) {
  Site& site = sites_[at];
  const auto rows = site.state.Due(timers ? Instant{INT64_MAX} : now_);
  if (rows.empty()) return false;
  const runtime::DueRow& row = rows.front();
  now_.micros = std::max(now_.micros, row.id.due_at.micros);
  const auto context = ContextAt(at);
  Record(at, service_->React(row, context, site.state), {{row.id, storage::SettledAs::kDone}});
  return true;
}

bool World::Deliver(Municipality from, Municipality to) {
  Mailbox& box = mail_[{from, to}];
  if (box.taken == box.messages.size()) return false;
  const std::string payload = box.messages[box.taken++];
  const auto context = ContextAt(to);
  const std::string said = Record(to, service_->Receive({from, box.taken, payload}, context, sites_[to].state));
  if (said.starts_with("defect")) part_problem_ = said;
  return true;
}

std::string World::DeliverLateCopy(Municipality from, Municipality to, size_t index) {
  const std::string payload = mail_[{from, to}].messages.at(index);
  const auto context = ContextAt(to);
  return Record(to, service_->Receive({from, index + 1, payload}, context, sites_[to].state));
}

size_t World::taken(Municipality from, Municipality to) const {
  auto found = mail_.find({from, to});
  return found == mail_.end() ? 0 : found->second.taken;
}

void World::Settle() {
  for (bool moved = true; moved;) {
    moved = false;
    for (auto& [at, site] : sites_) {
      while (Export(at) || RunDue(at, /*timers=*/false)) moved = true;
      for (auto& [to, other] : sites_) {
        while (Deliver(at, to)) moved = true;
      }
    }
  }
}

bool World::CrashAndReplay(Municipality at) {
  Site& site = sites_[at];
  testing::MemoryState again;
  for (const Kept& kept : site.records) {
    std::vector<const google::protobuf::Message*> pointers;
    for (const auto& event : kept.events) pointers.push_back(event.get());
    again.Apply(*service_, kept.header, pointers);
  }
  const bool same = again == site.state;
  site.state = std::move(again);
  return same;
}

v1::CustodyState World::StateOf(Municipality at) const {
  return tables::LoadState(sites_.at(at).state, at, case_id_).value_or(v1::CustodyState());
}

std::string World::Violation() const {
  if (!part_problem_.empty()) return part_problem_;
  int acting = 0;
  for (const auto& [at, site] : sites_) {
    const v1::CustodyState state = StateOf(at);
    if (state.declines() > kDeclinesMax || state.offered_declines() > kDeclinesMax) return "more than two declines";
    if (!IsActing(state)) continue;
    ++acting;
    if (at != custodian_) return at.ToString() + " acts without custody";
  }
  if (acting > 1) return "two act";
  if (left_) return acting == 0 ? "" : "one acts although the case left the province";
  if (!IsCustodian(StateOf(custodian_))) return "the custodian does not know it";
  return {};
}

}  // namespace casehub::transfer
