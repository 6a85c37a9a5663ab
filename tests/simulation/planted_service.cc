#include "tests/simulation/planted_service.h"

#include <utility>

#include "casehub/assignment/v1/assignment_state.pb.h"
#include "casehub/evaluation/v1/evaluation_state.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/intake/v1/intake_state.pb.h"
#include "casehub/mediation/v1/mediation_state.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "casehub/transfer/v1/transfer_state.pb.h"
#include "services/intake/tables.h"
#include "tests/simulation/planted_evaluation.h"

// GCC 12 sees the vectors of an inlined variant's destructor as never allocated.
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"

namespace casehub::simulation {
namespace {

using runtime::DecideContext;
using runtime::Decision;
using runtime::Outcome;
using runtime::StateReader;

constexpr char kFirstTable = 1;  // cases of intake, assignment and transfer, disputes of mediation, slots of evaluation
constexpr char kLoads = 5;       // of assignment
constexpr char kLoanBooks = 9;   // of assignment

// Shows the rows of one table otherwise than they are.
class AlteredReader : public StateReader {
 public:
  using Alter = std::string (*)(const std::string&);
  AlteredReader(const StateReader& inner, Alter alter, char table = kFirstTable)
      : inner_(inner), alter_(alter), table_(table) {}
  std::optional<std::string> Get(std::string_view key) const override {
    auto value = inner_.Get(key);
    if (value && !key.empty() && key[0] == table_) return alter_(*value);
    return value;
  }
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    inner_.Scan(from, to, visit);
  }
  absl::Status status() const override { return inner_.status(); }

 private:
  const StateReader& inner_;
  Alter alter_;
  char table_;
};

// Shows no row of one table.
class HidingReader : public StateReader {
 public:
  HidingReader(const StateReader& inner, char table) : inner_(inner), table_(table) {}
  std::optional<std::string> Get(std::string_view key) const override {
    if (!key.empty() && key[0] == table_) return std::nullopt;
    return inner_.Get(key);
  }
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    inner_.Scan(from, to, visit);
  }
  absl::Status status() const override { return inner_.status(); }

 private:
  const StateReader& inner_;
  char table_;
};

std::string WithoutFreeze(const std::string& value) {
  intake::v1::CaseState state;
  state.ParseFromString(value);
  state.set_frozen_hop(0);
  return state.SerializeAsString();
}

std::string WithoutRating(const std::string& value) {
  evaluation::v1::SlotState slot;
  slot.ParseFromString(value);
  if (slot.status() == evaluation::v1::SLOT_STATUS_RATED) slot.set_status(evaluation::v1::SLOT_STATUS_OPEN);
  return slot.SerializeAsString();
}

// Rows of cases that were under way: one byte, then the state (transfer/tables.h).
std::string WithoutRuling(const std::string& value) {
  transfer::v1::CustodyState state;
  if (value.empty() || value[0] != static_cast<char>(0x80) || !state.ParseFromString(value.substr(1))) return value;
  state.set_bound(false);
  if (state.declines() > 1) state.set_declines(1);
  return value[0] + state.SerializeAsString();
}

mediation::v1::MediationState ParseDispute(const std::string& value) {
  mediation::v1::MediationState state;
  state.ParseFromString(value);
  return state;
}

std::string WithConsent(const std::string& value) {
  auto state = ParseDispute(value);
  for (auto& party : *state.mutable_parties()) party.set_consent(mediation::v1::CONSENT_GIVEN);
  return state.SerializeAsString();
}

std::string WithoutConclusion(const std::string& value) {
  auto state = ParseDispute(value);
  if (state.status() == mediation::v1::MEDIATION_STATUS_SUCCEEDED ||
      state.status() == mediation::v1::MEDIATION_STATUS_FAILED) {
    state.set_status(mediation::v1::MEDIATION_STATUS_ACCEPTED);
  }
  return state.SerializeAsString();
}

std::string WithoutWindow(const std::string& value) {
  auto state = ParseDispute(value);
  if (state.has_agreement()) {
    state.mutable_confirmation_term()->mutable_deadline()->mutable_due_at()->set_seconds(4'000'000'000);
  }
  return state.SerializeAsString();
}

template <assignment::v1::AssignmentStatus from, assignment::v1::AssignmentStatus to>
std::string WithStatus(const std::string& value) {
  assignment::v1::AssignmentState state;
  state.ParseFromString(value);
  if (state.status() == from) state.set_status(to);
  return state.SerializeAsString();
}

std::string WithoutEnd(const std::string& value) {
  using namespace assignment::v1;
  return WithStatus<ASSIGNMENT_STATUS_TERMINATED, ASSIGNMENT_STATUS_QUEUED>(
      WithStatus<ASSIGNMENT_STATUS_WITHDRAWN, ASSIGNMENT_STATUS_QUEUED>(value));
}

std::string WithoutLoad(const std::string& value) {
  assignment::v1::LoadState load;
  load.ParseFromString(value);
  load.clear_occupations();
  return load.SerializeAsString();
}

std::string WithoutLoans(const std::string& value) {
  assignment::v1::LoanBook book;
  book.ParseFromString(value);
  book.set_out(0);
  return book.SerializeAsString();
}

void AlterTransfer(const DomainPlants& plants, transfer::v1::TransferEvent* event) {
  if (plants.hop_reused && event->has_case_frozen()) event->mutable_case_frozen()->set_hop(1);
  if (plants.parts_lost && event->has_custody_moved()) event->mutable_custody_moved()->clear_parts();
  if (plants.ruling_keeps_hop && event->has_case_frozen() && event->case_frozen().binding()) {
    event->mutable_case_frozen()->set_hop(event->case_frozen().hop() - 1);
  }
  if (plants.thaw_on_upward && event->has_ruling_awaited()) {
    const transfer::v1::RulingAwaited awaited = event->ruling_awaited();
    event->mutable_case_thawed()->set_hop(awaited.hop());
    event->mutable_case_thawed()->set_why("declined");
    event->mutable_case_thawed()->set_declines(awaited.declines());
  }
  if (plants.thaw_on_recall && event->has_recall_requested()) {
    const uint64_t hop = event->recall_requested().hop();
    event->mutable_case_thawed()->set_hop(hop);
    event->mutable_case_thawed()->set_why("recalled");
  }
}

class PlantedService : public runtime::Service {
 public:
  PlantedService(std::unique_ptr<runtime::Service> inner, DomainPlants plants)
      : inner_(std::move(inner)), plants_(plants) {}

  ServiceId id() const override { return inner_->id(); }
  const google::protobuf::Message& event_prototype() const override { return inner_->event_prototype(); }
  bool Takes(const google::protobuf::Descriptor& request) const override { return inner_->Takes(request); }
  Outcome Decide(const google::protobuf::Message& request, const DecideContext& context,
                 const StateReader& state) const override {
    if (request.GetDescriptor() == intake::v1::RegisterContactRequest::descriptor()) {
      const auto& contact = static_cast<const intake::v1::RegisterContactRequest&>(request);
      if (contact.note().sealed() == kDefectNote) {
        return runtime::Defect{"a defect that was asked for", Uuid::Parse(contact.case_id())};
      }
    }
    Outcome outcome = DecideInner(request, context, state);
    AlterOutcome(&outcome);
    return outcome;
  }
  Outcome React(const runtime::DueRow& row, const DecideContext& context, const StateReader& state) const override {
    Outcome outcome = inner_->React(row, context, state);
    AlterOutcome(&outcome);
    return outcome;
  }
  Outcome Receive(const runtime::Incoming& message, const DecideContext& context,
                  const StateReader& state) const override {
    Outcome outcome = inner_->Receive(message, context, state);
    if (plants_.facts_dropped && id() == ServiceId::kIntake) return Decision();
    AlterOutcome(&outcome);
    return outcome;
  }
  void Apply(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) const override {
    if (id() == ServiceId::kEvaluation && IsUnseen(plants_, record, event_index)) return;
    inner_->Apply(record, event_index, state);
  }
  runtime::QueryResult Query(const google::protobuf::Message& request, const runtime::QueryContext& context,
                             const StateReader& state) const override {
    return inner_->Query(request, context, state);
  }

 private:
  Outcome DecideInner(const google::protobuf::Message& request, const DecideContext& context,
                      const StateReader& state) const {
    if (plants_.freeze_ignored && id() == ServiceId::kIntake) {
      return inner_->Decide(request, context, AlteredReader(state, &WithoutFreeze));
    }
    if (plants_.import_twice && id() == ServiceId::kIntake) {
      return inner_->Decide(request, context, HidingReader(state, intake::tables::kLine));
    }
    if (plants_.run_twice && id() == ServiceId::kIntake) {
      return inner_->Decide(request, context, HidingReader(state, intake::tables::kImportRun));
    }
    if (plants_.second_rating && id() == ServiceId::kEvaluation) {
      return inner_->Decide(request, context, AlteredReader(state, &WithoutRating));
    }
    if (plants_.bound_may_offer && id() == ServiceId::kTransfer) {
      return inner_->Decide(request, context, AlteredReader(state, &WithoutRuling));
    }
    if (id() == ServiceId::kMediation && AlterDispute() != nullptr) {
      return inner_->Decide(request, context, AlteredReader(state, AlterDispute()));
    }
    if (plants_.review_reopened && id() == ServiceId::kEvaluation) {
      return inner_->Decide(request, context, UndecidedReviews(state));
    }
    if (id() == ServiceId::kAssignment) return DecideAssignment(request, context, state);
    return inner_->Decide(request, context, state);
  }
  Outcome DecideAssignment(const google::protobuf::Message& request, const DecideContext& context,
                           const StateReader& state) const {
    using namespace assignment::v1;
    if (plants_.closing_forgotten) {
      const auto alter = &WithStatus<ASSIGNMENT_STATUS_CLOSED, ASSIGNMENT_STATUS_SUBMITTED>;
      return inner_->Decide(request, context, AlteredReader(state, alter));
    }
    if (plants_.end_forgotten) return inner_->Decide(request, context, AlteredReader(state, &WithoutEnd));
    if (plants_.capacity_ignored) return inner_->Decide(request, context, AlteredReader(state, &WithoutLoad, kLoads));
    if (plants_.quota_ignored) {
      return inner_->Decide(request, context, AlteredReader(state, &WithoutLoans, kLoanBooks));
    }
    return inner_->Decide(request, context, state);
  }
  AlteredReader::Alter AlterDispute() const {
    if (plants_.consent_ignored) return &WithConsent;
    if (plants_.conclusion_forgotten) return &WithoutConclusion;
    return plants_.window_ignored ? &WithoutWindow : nullptr;
  }
  void AlterOutcome(Outcome* outcome) const {
    if (auto* decision = std::get_if<Decision>(outcome)) Alter(decision);
  }
  void Alter(Decision* decision) const {
    if (plants_.freeze_ignored && id() == ServiceId::kIntake) decision->relies_on.clear();
    if (id() == ServiceId::kEvaluation) AlterEvaluation(plants_, decision);
    if (id() != ServiceId::kTransfer) return;
    for (auto& event : decision->events) AlterTransfer(plants_, static_cast<transfer::v1::TransferEvent*>(event.get()));
  }

  std::unique_ptr<runtime::Service> inner_;
  DomainPlants plants_;
};

}  // namespace

std::unique_ptr<runtime::Service> MakePlantedService(std::unique_ptr<runtime::Service> inner, DomainPlants plants) {
  return std::make_unique<PlantedService>(std::move(inner), plants);
}

}  // namespace casehub::simulation
